import Foundation

/// The recorded metrics of one chain.
public struct ChainValues: Sendable {
  public let seed: Int
  public let metrics: [String]
  /// [fits × metrics], row-major; NaN where a value does not exist.
  public let values: [Double]

  public init(seed: Int, metrics: [String], values: [Double]) {
    precondition(!metrics.isEmpty && values.count % metrics.count == 0, "\(values.count) values")
    self.seed = seed
    self.metrics = metrics
    self.values = values
  }

  /// The number of fits that were made.
  public var fits: Int { values.count / metrics.count }

  /// A metric after n fits (generation n − 1); NaN where it was not recorded.
  public func callAsFunction(_ metric: String, _ n: Int) -> Double {
    guard let column = metrics.firstIndex(of: metric), n >= 1, n <= fits else { return .nan }
    return values[(n - 1) * metrics.count + column]
  }
}

/// One cell of a finished study.
public struct CellValues: Sendable {
  public let id: String
  /// Every parameter by its dotted path, as text.
  public let parameters: [String: String]
  /// One entry a seed.
  public let chains: [ChainValues]

  public init(id: String, parameters: [String: String], chains: [ChainValues]) {
    self.id = id
    self.parameters = parameters
    self.chains = chains
  }

  public func matches(_ selector: [String: String]) -> Bool {
    selector.allSatisfy { parameters[$0.key] == $0.value }
  }
}

/// One number with a closed form: where it is measured, and what it must be.
public struct ClosedFormRow: Sendable {
  /// What is measured, for people.
  public let quantity: String
  public let preset: String
  /// The one cell of the preset in which these parameters have these values.
  public let cell: [String: String]
  public let exact: Double
  /// What the standard error is compared with; `exact` unless that is near zero by design.
  public let scale: Double
  /// The metric and the number of fits, where the quantity is simply that.
  public let plain: (metric: String, fits: Int)?
  /// The quantity in one chain.
  public let value: @Sendable (ChainValues) -> Double

  /// A quantity computed from a chain's metrics.
  public init(
    _ quantity: String, _ preset: String, _ cell: [String: String] = [:], exact: Double,
    scale: Double? = nil, value: @escaping @Sendable (ChainValues) -> Double
  ) {
    self.quantity = quantity
    self.preset = preset
    self.cell = cell
    self.exact = exact
    self.scale = scale ?? exact
    plain = nil
    self.value = value
  }

  /// A recorded metric after n fits.
  public init(
    _ quantity: String, _ preset: String, _ cell: [String: String] = [:], _ metric: String,
    fits n: Int, exact: Double
  ) {
    self.quantity = quantity
    self.preset = preset
    self.cell = cell
    self.exact = exact
    scale = exact
    plain = (metric, n)
    value = { $0(metric, n) }
  }
}

/// A row beside what was measured, judged by the acceptance rule: |mean − exact| ≤ 4 standard errors,
/// and the standard error at most 5 % of the scale (a false alarm in 16,000 rows).
public struct ClosedFormVerdict: Sendable {
  public enum Outcome: String, Sendable { case holds, fails, inconclusive }

  public let row: ClosedFormRow
  public let seeds: Int
  public let mean: Double
  public let standardError: Double

  public init(_ row: ClosedFormRow, _ chains: [ChainValues]) {
    self.row = row
    let values = chains.map(row.value)
    (seeds, mean, standardError) = sampleMoments(values)
  }

  /// Standard errors between mean and exact value.
  public var distance: Double { abs(mean - row.exact) / standardError }

  public var outcome: Outcome {
    guard standardError <= 0.05 * abs(row.scale) else { return .inconclusive }
    return distance <= 4 ? .holds : .fails
  }

  public static let header =
    "quantity".padding(toLength: 66, withPad: " ", startingAt: 0)
    + "      exact    measured       s.e.  s.e. apart  seeds"

  /// One line of the printed table.
  public var line: String {
    row.quantity.padding(toLength: 66, withPad: " ", startingAt: 0)
      + String(
        format: "%11.5g %11.5g %10.2g %11.2f %6d  %@", row.exact, mean, standardError, distance,
        seeds, outcome.rawValue)
  }
}

/// Count, mean and standard error of values over seeds; NaN in any of them makes both NaN.
public func sampleMoments(_ values: [Double]) -> (count: Int, mean: Double, standardError: Double) {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (values.count, mean, (squares / (n - 1) / n).squareRoot())
}
