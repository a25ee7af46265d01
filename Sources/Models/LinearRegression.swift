import Engine
import Laws
import Options
import Randomness
import Samples

/// Ordinary least squares without an intercept: y = xᵀw + N(0, σ²).
///
/// The sampling bias λ multiplies the noise variance: responses come from N(xᵀŵ, λσ²).
/// The protocol is that of Gerstgrasser et al. 2024, section 3.
public struct LinearRegression: GenerativeModel {
  public typealias Statistics = RegressionStatistics

  static let noise = Option.any(
    "noise_variance", .either(.choice(["estimated"]), .real(.nonNegative)),
    default: .text("estimated"),
    help: "Variance σ² of the responses' noise: estimated as RSS/(T − d), or a fixed number.")
  static let design = Option.choice(
    "design", ["same", "fresh"], default: "same",
    help: "Inputs of synthetic pairs: the real ones in their order (same), or N(0, I) (fresh).")

  public static let component = Component(
    name: "linear-regression", summary: "Linear regression fitted by least squares.",
    source: "Gerstgrasser et al. 2024", options: [noise.spec, design.spec])

  let space: SampleSpace
  let dimension: Int
  /// `nil` estimates it.
  let fixedNoise: Double?
  let reusesDesign: Bool
  private(set) var fitted: RegressionLaw?

  /// - Throws: `ComponentError` for samples that are not regression pairs.
  public init(options: OptionValues, space: SampleSpace) throws {
    guard case .regression(let dimension) = space else {
      throw ComponentError(
        "linear-regression", "models regression pairs, not \(space.description)")
    }
    self.space = space
    self.dimension = dimension
    if case .real(let variance) = options[LinearRegression.noise] {
      fixedNoise = variance
    } else {
      fixedNoise = nil
    }
    reusesDesign = options[LinearRegression.design] == "same"
  }

  public var law: Law? { fitted.map { .regression($0) } }

  public func summarize(_ samples: SampleSet) -> RegressionStatistics? {
    RegressionStatistics(rows: samples.reals, count: samples.count, dimension: dimension)
  }

  /// Fits ŵ = (XᵀX)⁻¹Xᵀy and, where asked for, σ̂² = RSS/(T − d). For exact laws (inputs N(0, I))
  /// ŵ is the weighted mean of the coefficients and σ̂² the mean squared error about it.
  ///
  /// Reports `noise_variance`.
  ///
  /// - Throws: `FitError.notFinite`; `.degenerate` for fewer pairs than inputs (or as many, when the
  ///   noise is estimated) and for linearly dependent inputs; `.needsSamples` for other laws.
  /// - Complexity: O(dimension³).
  public mutating func fit(
    _ training: TrainingSet<RegressionStatistics>, key: RandomKey
  ) throws -> FitReport {
    let law: RegressionLaw
    if let laws = training.laws {
      law = try mixture(of: laws)
    } else {
      law = try leastSquares(statistics(of: training))
    }
    fitted = law
    return FitReport([("noise_variance", law.noiseVariance)])
  }

  private func leastSquares(
    _ statistics: RegressionStatistics
  ) throws(FitError) -> RegressionLaw {
    let d = dimension
    let width = d + 1
    let products = statistics.products
    for index in 0..<width where !products[index * width + index].isFinite {
      throw .notFinite(quantity: index == d ? "a response" : "input \(index) of the training set")
    }
    let needed = fixedNoise == nil ? d + 1 : d
    guard statistics.count >= needed else {
      throw .degenerate("\(statistics.count) pairs for \(d) inputs: at least \(needed) are needed")
    }
    var inputs = [Double](repeating: 0, count: d * d)
    var right = [Double](repeating: 0, count: d)
    for row in 0..<d {
      for column in 0..<d { inputs[row * d + column] = products[row * width + column] }
      right[row] = products[row * width + d]
    }
    guard let w = solvePositiveDefinite(inputs, right, dimension: d, columns: 1) else {
      throw .degenerate("the inputs are linearly dependent")
    }
    guard w.allSatisfy(\.isFinite) else { throw .notFinite(quantity: "a coefficient") }
    if let fixedNoise { return RegressionLaw(coefficients: w, noiseVariance: fixedNoise) }
    var residual = products[width * width - 1]
    for index in 0..<d { residual -= w[index] * right[index] }
    // Rounding may leave a tiny negative number where the fit is perfect.
    let variance = max(residual, 0) / Double(statistics.count - d)
    return RegressionLaw(coefficients: w, noiseVariance: variance)
  }

  private func mixture(of laws: [(weight: Double, law: Law)]) throws(FitError) -> RegressionLaw {
    guard !laws.isEmpty else { throw .degenerate("no law to fit") }
    var parts: [(weight: Double, law: RegressionLaw)] = []
    var w = [Double](repeating: 0, count: dimension)
    for (weight, law) in laws {
      guard case .regression(let part) = law, part.coefficients.count == dimension else {
        throw LinearRegression.cannotFit(law)
      }
      parts.append((weight, part))
      for index in w.indices { w[index] += weight * part.coefficients[index] }
    }
    var variance = 0.0
    for (weight, part) in parts {
      var spread = part.noiseVariance
      for index in w.indices {
        spread += (part.coefficients[index] - w[index]) * (part.coefficients[index] - w[index])
      }
      variance += weight * spread
    }
    guard variance.isFinite, w.allSatisfy(\.isFinite) else {
      throw .notFinite(quantity: "a parameter of the laws to fit")
    }
    return RegressionLaw(coefficients: w, noiseVariance: fixedNoise ?? variance)
  }
}
