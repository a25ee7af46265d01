import Glibc

/// Whether a cell collapses in one meaning of the word: a statistic over seeds with its 95 % interval,
/// and where that lies relative to the threshold.
public struct CollapseFinding: Sendable, Equatable {
  public enum Word: String, Sendable {
    /// The whole interval is collapse.
    case yes
    /// None of it is.
    case no
    /// It holds the threshold, or there are too few seeds for one.
    case undecided
  }

  public let cell: String
  public let definition: CollapseDefinition
  /// The quantity that was looked at.
  public let metric: String
  /// The last generation that every seed with a value at generation 0 has reached.
  public let generation: Int
  public let statistic: Estimate
  public let threshold: Double
  public let word: Word

  init(
    cell: String, definition: CollapseDefinition, metric: String, generation: Int,
    statistic: Estimate, threshold: Double, collapsesAbove: Bool
  ) {
    self.cell = cell
    self.definition = definition
    self.metric = metric
    self.generation = generation
    self.statistic = statistic
    self.threshold = threshold
    let (low, high) = (statistic.low, statistic.high)
    word =
      switch collapsesAbove {
      case true: low > threshold ? .yes : high <= threshold ? .no : .undecided
      case false: high < threshold ? .yes : low >= threshold ? .no : .undecided
      }
  }
}

/// The meanings of collapse of one study, and the quantities its metrics offer for them.
public struct CollapseCriteria: Sendable {
  public let definitions: [CollapseDefinition]
  public let thresholds: CollapseThresholds
  /// Most telling first.
  public let quantities: [CollapseQuantity]

  public init(
    definitions: [CollapseDefinition], thresholds: CollapseThresholds,
    quantities: [CollapseQuantity]
  ) {
    self.definitions = definitions
    self.thresholds = thresholds
    self.quantities = quantities
  }

  /// The quantity a definition looks at in a cell: the first of its aspect that was recorded.
  func quantity(_ definition: CollapseDefinition, in table: CellTable) -> CollapseQuantity? {
    quantities.first { $0.aspect == definition.aspect && table.metrics.contains($0.metric) }
  }

  /// What is found of one cell, in the order of the definitions. Left out are definitions for which
  /// nothing was measured, and the scaling law, which needs several cells.
  public func findings(
    _ table: CellTable, resampling: inout BootstrapWeights?
  ) -> [CollapseFinding] {
    var findings: [CollapseFinding] = []
    for definition in definitions {
      guard let quantity = quantity(definition, in: table),
        let curves = SeedCurves(table, metric: quantity.metric)
      else { continue }
      let statistic: Estimate?
      var threshold = 0.0
      switch definition {
      case .scalingLaw: statistic = nil
      case .catastrophicRisk:
        threshold = thresholds.riskFactor
        statistic = curves.ratios.map(medianEstimate)
      case .variance:
        threshold = thresholds.fraction
        statistic = curves.ratios.map(medianEstimate)
      case .divergingRisk: statistic = curves.lateSlopes.map { bootstrapMean($0, resampling: &resampling) }
      case .anyRiskIncrease, .modes, .tails, .hallucination: statistic = bootstrapMean(curves.changes, resampling: &resampling)
      }
      guard let statistic else { continue }
      findings.append(
        CollapseFinding(
          cell: table.cell, definition: definition, metric: quantity.metric,
          generation: curves.last, statistic: statistic, threshold: threshold,
          collapsesAbove: quantity.rises))
    }
    return findings
  }

  /// Whether the exponent of the risk in the number of samples has changed, for cells that differ in
  /// that number alone; the finding is every such cell's.
  ///
  /// - Parameter group: the cells and how many samples each is fitted to.
  /// - Returns: nothing for fewer than three numbers, or risks that are not positive.
  public func scalingLaw(
    _ group: [(table: CellTable, samples: Double)], resampling: inout BootstrapWeights?
  ) -> [CollapseFinding] {
    guard definitions.contains(.scalingLaw), Set(group.map(\.samples)).count >= 3,
      let quantity = group.first.flatMap({ quantity(.scalingLaw, in: $0.table) })
    else { return [] }
    let curves = group.compactMap { SeedCurves($0.table, metric: quantity.metric) }
    guard curves.count == group.count, let last = curves.map(\.last).min() else { return [] }
    let seeds = curves.dropFirst().reduce(Set(curves[0].seeds)) { $0.intersection($1.seeds) }
    let sizes = group.map { Glibc.log($0.samples) }
    var changes: [Double] = []
    for seed in seeds.sorted() {
      func exponent(_ generation: Int) -> Double? {
        let risks = curves.map { $0.value(seed: seed, generation: generation) }
        guard risks.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        return LeastSquaresLine(x: sizes, y: risks.map { Glibc.log($0) })?.slope.value
      }
      guard let first = exponent(0), let end = exponent(last) else { continue }
      changes.append(end - first)
    }
    guard !changes.isEmpty else { return [] }
    let statistic = bootstrapMean(changes, resampling: &resampling)
    return group.map {
      CollapseFinding(
        cell: $0.table.cell, definition: .scalingLaw, metric: quantity.metric, generation: last,
        statistic: statistic, threshold: 0, collapsesAbove: true)
    }
  }
}
