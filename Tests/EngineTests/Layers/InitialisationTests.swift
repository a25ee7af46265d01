import Engine
import Foundation
import Randomness
import TestSupport
import Testing

/// The laws of initial weights: moments within 4 standard errors, bounds exactly.
@Suite struct InitialisationTests {
  private static let fan = Fan(inputs: 200, outputs: 300)

  /// 60,000 values.
  private func drawn(_ initialisation: Initialisation, seed: UInt64 = 5) -> [Double] {
    let variable = Variable("w", [300, 200])
    variable.initialise(initialisation, fan: Self.fan, key: RandomKey(seed: seed))
    return variable.array.map(Double.init)
  }

  @Test func uniformLaws() {
    let bounds: [(Initialisation, Double)] = [
      (.uniform(bound: 0.3), 0.3), (.glorotUniform(), sqrt(6.0 / 500)),
      (.glorotUniform(gain: 2), 2 * sqrt(6.0 / 500)), (.heUniform(), sqrt(6.0 / 200)),
      (.heUniform(slope: 0.2), sqrt(6 / (1.04 * 200))), (.standard, 1 / sqrt(200.0)),
      // PyTorch's name for the standard one.
      (.heUniform(slope: Float(5).squareRoot()), 1 / sqrt(200.0)),
    ]
    for (initialisation, bound) in bounds {
      let values = drawn(initialisation)
      #expect(values.allSatisfy { abs($0) <= bound * (1 + 1e-6) }, "\(initialisation)")
      #expect(values.max()! > 0.999 * bound && values.min()! < -0.999 * bound, "\(initialisation)")
      expectVariance(values, bound * bound / 3, kurtosis: 9 / 5.0, "\(initialisation)")
    }
  }

  @Test func normalLaws() {
    let deviations: [(Initialisation, Double)] = [
      (.normal(deviation: 0.02), 0.02), (.glorotNormal(), sqrt(2.0 / 500)),
      (.heNormal(), sqrt(2.0 / 200)), (.heNormal(slope: 1), sqrt(1.0 / 200)),
    ]
    for (initialisation, deviation) in deviations {
      expectVariance(drawn(initialisation), deviation * deviation, kurtosis: 3, "\(initialisation)")
    }
  }

  /// Mean 0 and this variance, each within 4 standard errors.
  private func expectVariance(
    _ values: [Double], _ variance: Double, kurtosis: Double, _ name: String
  ) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let square = values.reduce(0) { $0 + $1 * $1 } / count
    #expect(abs(mean) <= 4 * sqrt(variance / count), "\(name): mean \(mean)")
    #expect(
      abs(square - variance) <= 4 * variance * sqrt((kurtosis - 1) / count),
      "\(name): variance \(square), expected \(variance)")
  }

  @Test func constants() {
    #expect(drawn(.zeros).allSatisfy { $0 == 0 })
    #expect(drawn(.ones).allSatisfy { $0 == 1 })
  }

  /// Rows of a wide matrix and columns of a tall one are orthogonal and have the length of the gain.
  @Test(arguments: [[7, 20], [20, 7], [9, 9], [6, 3, 3, 5]])
  func orthogonal(_ shape: [Int]) {
    let variable = Variable("w", shape)
    variable.initialise(.orthogonal(gain: 1.5), fan: Self.fan, key: RandomKey(seed: 2))
    let (rows, columns) = (shape[0], shape[1...].reduce(1, *))
    let w = variable.array.map(Double.init)
    let short = min(rows, columns)
    for i in 0..<short {
      for j in 0..<short {
        let product = (0..<max(rows, columns)).reduce(0.0) { sum, k in
          rows <= columns
            ? sum + w[i * columns + k] * w[j * columns + k]
            : sum + w[k * columns + i] * w[k * columns + j]
        }
        #expect(abs(product - (i == j ? 2.25 : 0)) < 1e-6, "\(shape): \(i), \(j): \(product)")
      }
    }
  }

  /// Uniformly distributed: an entry's square has the mean 1/n over many draws, and signs balance.
  @Test func orthogonalIsHaar() {
    let count = 4000
    var firsts: [Double] = []
    for seed in 0..<count {
      let variable = Variable("w", [3, 3])
      variable.initialise(.orthogonal(), fan: Self.fan, key: RandomKey(seed: UInt64(seed)))
      firsts.append(Double(variable.values[0]))
    }
    // The first coordinate of a point on the sphere is uniform in ±1.
    expectVariance(firsts, 1 / 3.0, kurtosis: 9 / 5.0, "orthogonal")
  }

  /// The name of a variable decides its numbers, not the order in which layers are made.
  @Test func keyedByName() {
    func values(_ name: String, _ seed: UInt64) -> [Float] {
      Linear(name, inputs: 3, outputs: 2, key: RandomKey(seed: seed)).weight.array
    }
    #expect(values("fc1", 1) == values("fc1", 1))
    #expect(values("fc1", 1) != values("fc2", 1))
    #expect(values("fc1", 1) != values("fc1", 2))
  }
}
