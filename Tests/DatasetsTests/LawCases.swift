import Foundation
import Options
import Samples
import Testing

/// A statistic of a set of samples, with its exact expectation under the data set's law.
struct Expectation: Sendable {
  let name: String
  let exact: Double
  /// What 5 % are taken of where the expectation is zero.
  let scale: Double?
  let statistic: @Sendable (SampleSet) -> Double

  init(
    _ name: String, _ exact: Double, scale: Double? = nil,
    _ statistic: @escaping @Sendable (SampleSet) -> Double
  ) {
    self.name = name
    self.exact = exact
    self.scale = scale
    self.statistic = statistic
  }
}

struct LawCase: Sendable, CustomTestStringConvertible {
  let dataset: String
  var options: [String: OptionValue] = [:]
  let expectations: [Expectation]
  var testDescription: String { dataset }
}

/// The mean over the samples of a function of their values.
func mean(_ of: @escaping @Sendable ([Double]) -> Double) -> @Sendable (SampleSet) -> Double {
  { set in
    let width = set.space.width
    var sum = 0.0
    for row in 0..<set.count {
      sum += of(Array(set.reals[row * width..<(row + 1) * width]))
    }
    return sum / Double(set.count)
  }
}

/// The share of samples with a label.
func share(label: Int32) -> @Sendable (SampleSet) -> Double {
  { set in Double((set.labels ?? []).count { $0 == label }) / Double(set.count) }
}

/// The share of samples with an index at a place of the sample.
func share(index: Int, at place: Int = 0) -> @Sendable (SampleSet) -> Double {
  { set in
    let width = set.space.width
    return Double((0..<set.count).count { set.indices[$0 * width + place] == Int32(index) })
      / Double(set.count)
  }
}

/// Laws of real vectors: moments in closed form.
enum LawCases {
  static let all =
    [gaussian, blob, ring, grid, moons, circles, roll, rosenbrock, regression]
    + [uniform, zipf, listed]

  static func square(_ x: Double) -> Double { x * x }

  static let gaussian = LawCase(
    dataset: "gaussian",
    options: [
      "dimension": .integer(2), "mean": .list([.integer(1), .real(-2)]),
      "standard_deviation": .list([.real(0.5), .real(3)]),
    ],
    expectations: [
      Expectation("E x0", 1, mean { x in x[0] }),
      Expectation("E x1", -2, mean { x in x[1] }),
      Expectation("V x0", 0.25, mean { x in square(x[0] - 1) }),
      Expectation("V x1", 9, mean { x in square(x[1] + 2) }),
      Expectation("C", 0, scale: 1.5, mean { x in (x[0] - 1) * (x[1] + 2) }),
    ])

  static let blob = LawCase(
    dataset: "gaussian-blob",
    options: ["dimension": .integer(3), "standard_deviation": .real(2)],
    expectations: [
      Expectation("E x", 0, scale: 2, mean { x in x[0] + x[1] + x[2] }),
      Expectation("E |x|²", 12, mean { x in square(x[0]) + square(x[1]) + square(x[2]) }),
      Expectation("label 0", 1, share(label: 0)),
    ])

  static let ring = LawCase(
    dataset: "gaussian-ring",
    expectations: [
      Expectation("E x", 0, scale: 1, mean { x in x[0] + x[1] }),
      Expectation("E |x|²", 4.0008, mean { x in square(x[0]) + square(x[1]) }),
      // The cosine of eight times the angle is 1 at every mode; the angle's deviation is σ/radius.
      Expectation("modes", exp(-0.5 * square(8 * 0.01)), mean { x in cos(8 * atan2(x[1], x[0])) }),
      Expectation("label 5", 0.125, share(label: 5)),
    ])

  static let grid = LawCase(
    dataset: "gaussian-grid",
    expectations: [
      Expectation("E x", 0, scale: 2, mean { x in x[0] + x[1] }),
      Expectation("E x²", 8.0025, mean { x in square(x[0]) }),
      Expectation("E y²", 8.0025, mean { x in square(x[1]) }),
      // The cosine of period 2 is 1 at every mode.
      Expectation("modes", exp(-0.5 * square(.pi * 0.05)), mean { x in cos(.pi * x[0]) }),
      Expectation("label 24", 0.04, share(label: 24)),
    ])

  static let moons = LawCase(
    dataset: "two-moons",
    expectations: [
      Expectation("E x", 0.5, mean { x in x[0] }),
      Expectation("E y", 0.25, mean { x in x[1] }),
      Expectation("E x²", 1.0025, mean { x in square(x[0]) }),
      Expectation("E y²", 0.625 - 1 / Double.pi + 0.0025, mean { x in square(x[1]) }),
      Expectation("label 1", 0.5, share(label: 1)),
    ])

  static let circles = LawCase(
    dataset: "circles",
    expectations: [
      Expectation("E x", 0, scale: 1, mean { x in x[0] + x[1] }),
      Expectation("E |x|²", 0.825, mean { x in square(x[0]) + square(x[1]) }),
      Expectation("label 1", 0.5, share(label: 1)),
    ])

  static let roll = LawCase(
    dataset: "swiss-roll",
    expectations: [
      Expectation("E x", 2, mean { x in x[0] }),
      Expectation("E z", 2 / (3 * Double.pi), scale: 2, mean { x in x[2] }),
      Expectation("E h", 10.5, mean { x in x[1] }),
      Expectation("E h²", 147.0025, mean { x in square(x[1]) }),
      // E t² over [3π/2, 9π/2] is 39π²/4.
      Expectation("E t²", 9.75 * square(.pi) + 0.005, mean { x in square(x[0]) + square(x[2]) }),
    ])

  static let rosenbrock = LawCase(
    dataset: "rosenbrock",
    expectations: [
      Expectation("E x1", 0, scale: 1, mean { x in x[0] }),
      Expectation("E x1²", 1, mean { x in square(x[0]) }),
      Expectation("E x2", 1, mean { x in x[1] }),
      Expectation("E x2²", 3.5, mean { x in square(x[1]) }),
      Expectation("V x2|x1", 0.5, mean { x in square(x[1] - square(x[0])) }),
    ])

  static let regression = LawCase(
    dataset: "linear-regression",
    options: [
      "dimension": .integer(3), "noise_variance": .real(0.25),
      "coefficients": .list([.integer(1), .integer(-2), .real(0.5)]),
    ],
    expectations: [
      Expectation("E x", 0, scale: 2, mean { x in x[0] + x[1] + x[2] }),
      Expectation("E x1²", 1, mean { x in square(x[1]) }),
      Expectation("E x1 y", -2, mean { x in x[1] * x[3] }),
      Expectation("E y²", 5.5, mean { x in square(x[3]) }),
      Expectation("noise", 0.25, mean { x in square(x[3] - x[0] + 2 * x[1] - 0.5 * x[2]) }),
    ])

  static let uniform = LawCase(
    dataset: "categorical", options: ["categories": .integer(4)],
    expectations: (0..<4).map { Expectation("p\($0)", 0.25, share(index: $0)) })

  static let zipf = LawCase(
    dataset: "categorical",
    options: ["categories": .integer(5), "shape": .text("zipf"), "exponent": .real(1)],
    // 1/k over the fifth harmonic number, 137/60.
    expectations: (0..<5).map { index in
      Expectation("p\(index)", 60 / (137 * Double(index + 1)), share(index: index))
    })

  static let listed = LawCase(
    dataset: "categorical",
    options: [
      "shape": .text("probabilities"),
      "probabilities": .list([.real(0), .real(0.3), .integer(0), .real(0.7), .integer(0)]),
    ],
    expectations: zip(0..., [0, 0.3, 0, 0.7, 0]).map { Expectation("p\($0)", $1, share(index: $0)) }
  )
}
