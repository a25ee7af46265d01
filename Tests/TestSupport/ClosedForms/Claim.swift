import Foundation

/// A published claim, judged from the runs of a shipped study.
public struct Claim: Sendable {
  /// The numbers that speak for or against a claim.
  public struct Finding: Sendable {
    public let holds: Bool
    public let statistic: String

    public init(_ holds: Bool, _ statistic: String) {
      self.holds = holds
      self.statistic = statistic
    }
  }

  /// C1.1 and so on: paper, then claim.
  public let id: String
  public let statement: String
  public let preset: String
  /// `--set` texts.
  public let overrides: [String]
  /// Whether it takes seconds, so that it is checked with every change.
  public let isQuick: Bool
  public let judge: @Sendable ([CellValues]) -> Finding

  public init(
    _ id: String, _ statement: String, _ preset: String, overrides: [String] = [],
    isQuick: Bool = true, judge: @escaping @Sendable ([CellValues]) -> Finding
  ) {
    self.id = id
    self.statement = statement
    self.preset = preset
    self.overrides = overrides
    self.isQuick = isQuick
    self.judge = judge
  }

  /// Two lines of the printed table.
  public func line(_ finding: Finding) -> String {
    "\(id) \(finding.holds ? "HOLDS" : "FAILS")  \(statement) [\(preset)"
      + overrides.map { " --set " + $0 }.joined() + "]\n       " + finding.statistic
  }
}

extension [CellValues] {
  /// The one cell with these parameters.
  func cell(_ selector: [String: String]) -> CellValues {
    let matching = filter { $0.matches(selector) }
    precondition(matching.count == 1, "\(matching.count) cells match \(selector)")
    return matching[0]
  }
}

extension CellValues {
  func values(_ value: (ChainValues) -> Double) -> [Double] { chains.map(value) }

  func mean(_ metric: String, _ n: Int) -> (mean: Double, error: Double) {
    let (_, mean, error) = sampleMoments(chains.map { $0(metric, n) })
    return (mean, error)
  }

  func median(_ metric: String, _ n: Int) -> Double {
    TestSupport.median(chains.map { $0(metric, n) })
  }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// Mean and standard error of first − second over the seeds both cells share: arms of a study have
/// the
/// same real data.
func pairedGap(
  _ first: CellValues, _ second: CellValues, _ value: (ChainValues) -> Double
) -> (mean: Double, error: Double) {
  precondition(first.chains.map(\.seed) == second.chains.map(\.seed), "other seeds")
  let gaps = zip(first.chains, second.chains).map { value($0) - value($1) }
  let (_, mean, error) = sampleMoments(gaps)
  return (mean, error)
}

/// Numbers as people read them.
func shown(_ values: [Double]) -> String {
  values.map { String(format: "%.4g", $0) }.joined(separator: ", ")
}

func shown(_ value: (mean: Double, error: Double)) -> String {
  String(format: "%.4g ± %.2g", value.mean, value.error)
}
