/// How long the chains of a cell last until they collapse in one meaning of the word.
public struct CollapseTimes: Sendable, Equatable {
  public let cell: String
  public let definition: CollapseDefinition
  /// A generation, the chains still observed before it, those that collapse at it, and the share that has
  /// not collapsed after it with its 95 % interval.
  public struct Step: Sendable, Equatable {
    public let generation: Int
    public let atRisk: Int
    public let events: Int
    public let survival: Double
    public let low: Double
    public let high: Double
  }

  /// Generation 0, every generation with a collapse, and the last one observed.
  public let steps: [Step]
}

extension CollapseCriteria {
  /// The times to collapse of one cell: the first generation at which a chain's risk is at least
  /// `riskFactor` times its own of generation 0, or its variance, tails, modes or fidelity at most
  /// `fraction` of it. Chains that have not collapsed are censored at their last generation; a chain that
  /// diverged counts as a catastrophic risk at the generation it did not reach.
  ///
  /// - Parameter diverged: the seeds of diverged chains.
  public func times(_ table: CellTable, diverged: Set<Int>) -> [CollapseTimes] {
    definitions.compactMap { definition in
      switch definition {
      case .anyRiskIncrease, .divergingRisk, .scalingLaw: return nil
      case .catastrophicRisk, .variance, .modes, .tails, .hallucination: break
      }
      guard let quantity = quantity(definition, in: table),
        let column = table.metrics.firstIndex(of: quantity.metric), table.generations > 1
      else { return nil }
      var times: [Double] = []
      var collapsed: [Bool] = []
      for row in table.seeds.indices {
        func value(_ generation: Int) -> Double {
          table.values[(row * table.generations + generation) * table.metrics.count + column]
        }
        let first = value(0)
        guard first.isFinite, first > 0 else { continue }
        let seen = (0..<table.generations).last { !value($0).isNaN } ?? 0
        let collapse = (1..<max(seen + 1, 1)).first {
          quantity.rises
            ? value($0) >= thresholds.riskFactor * first : value($0) <= thresholds.fraction * first
        }
        if let collapse {
          times.append(Double(collapse))
          collapsed.append(true)
        } else {
          let isEvent = definition == .catastrophicRisk && diverged.contains(table.seeds[row])
          times.append(Double(isEvent ? seen + 1 : seen))
          collapsed.append(isEvent)
        }
      }
      guard let last = times.max() else { return nil }
      let estimate = KaplanMeier(times: times, collapsed: collapsed)
      var steps = [
        CollapseTimes.Step(
          generation: 0, atRisk: times.count, events: 0, survival: 1, low: 1, high: 1)
      ]
      for step in estimate.steps {
        let (low, high) = step.interval
        steps.append(
          CollapseTimes.Step(
            generation: Int(step.time), atRisk: step.atRisk, events: step.events,
            survival: step.survival, low: low, high: high))
      }
      if let end = steps.last, end.generation < Int(last) {
        steps.append(
          CollapseTimes.Step(
            generation: Int(last), atRisk: times.count { $0 >= last }, events: 0,
            survival: end.survival, low: end.low, high: end.high))
      }
      return CollapseTimes(cell: table.cell, definition: definition, steps: steps)
    }
  }
}
