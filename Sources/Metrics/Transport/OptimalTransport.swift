/// An optimal transport plan between two finite sets of weighted points.
public struct TransportPlan: Sendable {
  /// Σ flow · cost.
  public let cost: Double
  /// The positive flows, by source, then by target.
  public let flows: [(source: Int, target: Int, amount: Double)]
}

/// Solves the transport problem: ship `supply` to `demand` at the least cost, by successive
/// shortest paths with dual prices (Ahuja, Magnanti and Orlin 1993, section 9.7).
///
/// - Parameters:
///   - costs: [supply.count×demand.count] row-major, any sign.
///   - supply: amounts, not negative.
///   - demand: amounts, not negative, with the same total up to 1e-9 of it (scaled to agree).
///   - check: called for every source; what it throws ends the search.
/// - Returns: `nil` when an amount is negative, a number is not finite, or the totals differ.
/// - Complexity: about (n + m) paths of O(n · m) each: meant for up to about 1000 × 1000.
public func optimalTransport(
  costs: [Double], supply: [Double], demand: [Double], check: (() throws -> Void)? = nil
) rethrows -> TransportPlan? {
  let n = supply.count
  let m = demand.count
  precondition(costs.count == n * m, "\(costs.count) costs for \(n)×\(m)")
  guard costs.allSatisfy(\.isFinite) else { return nil }
  guard (supply + demand).allSatisfy({ $0 >= 0 && $0.isFinite }) else { return nil }
  let total = supply.reduce(0, +)
  let wanted = demand.reduce(0, +)
  guard total > 0, abs(total - wanted) <= 1e-9 * total else { return nil }
  let scale = total / wanted
  var search = TransportSearch(
    sources: n, targets: m, demand: demand.map { $0 * scale }, negligible: 1e-15 * total)
  try costs.withUnsafeBufferPointer { costs in
    search.startPrices(costs)
    for source in 0..<n {
      try check?()
      search.ship(from: source, amount: supply[source], costs)
    }
  }
  var cost = 0.0
  var flows: [(source: Int, target: Int, amount: Double)] = []
  for source in 0..<n {
    for target in 0..<m where search.flow[source * m + target] > 0 {
      let amount = search.flow[source * m + target]
      cost += amount * costs[source * m + target]
      flows.append((source, target, amount))
    }
  }
  return TransportPlan(cost: cost, flows: flows)
}

private struct TransportSearch {
  let sources: Int
  let targets: Int
  /// Amounts below this are rounding.
  let negligible: Double
  var open: [Double]
  /// [sources×targets]
  var flow: [Double]
  /// The sources with a positive flow into each target.
  var feeders: [[Int]]
  /// Dual prices: cost − sourcePrice − targetPrice ≥ 0, and 0 wherever there is flow.
  var sourcePrice: [Double]
  var targetPrice: [Double]
  var distance: [Double]
  var previousSource: [Int]
  /// The target each source was reached through.
  var previousTarget: [Int]

  init(sources: Int, targets: Int, demand: [Double], negligible: Double) {
    self.sources = sources
    self.targets = targets
    self.negligible = negligible
    open = demand
    flow = [Double](repeating: 0, count: sources * targets)
    feeders = [[Int]](repeating: [], count: targets)
    sourcePrice = [Double](repeating: 0, count: sources)
    targetPrice = [Double](repeating: 0, count: targets)
    distance = [Double](repeating: 0, count: targets)
    previousSource = [Int](repeating: -1, count: targets)
    previousTarget = [Int](repeating: -1, count: sources)
  }

  /// Feasible prices: every target at its cheapest source.
  mutating func startPrices(_ costs: UnsafeBufferPointer<Double>) {
    for target in 0..<targets {
      var least = Double.infinity
      for source in 0..<sources { least = min(least, costs[source * targets + target]) }
      targetPrice[target] = least
    }
  }

  mutating func ship(from source: Int, amount: Double, _ costs: UnsafeBufferPointer<Double>) {
    var left = amount
    while left > negligible {
      // No open target is left only when rounding has used the demand up.
      guard let sink = shortestPath(from: source, costs) else { return }
      left -= push(from: source, to: sink, atMost: left)
    }
  }

  /// Dijkstra over reduced costs from `start` to the nearest target with open demand; updates the
  /// prices.
  private mutating func shortestPath(
    from start: Int, _ costs: UnsafeBufferPointer<Double>
  ) -> Int? {
    for target in 0..<targets { distance[target] = .infinity }
    var sourceDistance = [Double](repeating: .infinity, count: sources)
    sourceDistance[start] = 0
    var reachedSources: [Int] = []
    var reachedTargets: [Int] = []
    var remaining = Array(0..<targets)
    var fresh = [start]
    while !remaining.isEmpty {
      reachedSources += fresh
      for source in fresh { relax(source, sourceDistance[source], remaining, costs) }
      fresh.removeAll(keepingCapacity: true)
      var place = 0
      for candidate in remaining.indices {
        let length = distance[remaining[candidate]]
        let best = distance[remaining[place]]
        let opens = length == best && open[remaining[candidate]] > negligible
        if length < best || opens { place = candidate }
      }
      let target = remaining[place]
      let length = distance[target]
      remaining[place] = remaining[remaining.count - 1]
      remaining.removeLast()
      reachedTargets.append(target)
      if open[target] > negligible {
        for source in reachedSources { sourcePrice[source] += length - sourceDistance[source] }
        for reached in reachedTargets { targetPrice[reached] -= length - distance[reached] }
        return target
      }
      for source in feeders[target] where sourceDistance[source] == .infinity {
        sourceDistance[source] = length
        previousTarget[source] = target
        fresh.append(source)
      }
    }
    return nil
  }

  private mutating func relax(
    _ source: Int, _ start: Double, _ remaining: [Int], _ costs: UnsafeBufferPointer<Double>
  ) {
    let offset = start - sourcePrice[source]
    let base = source * targets
    for target in remaining {
      let length = offset + costs[base + target] - targetPrice[target]
      if length < distance[target] {
        distance[target] = length
        previousSource[target] = source
      }
    }
  }

  /// Sends as much as the path to `sink` takes; returns the amount.
  private mutating func push(from start: Int, to sink: Int, atMost limit: Double) -> Double {
    var amount = min(limit, open[sink])
    var target = sink
    while previousSource[target] != start {
      let source = previousSource[target]
      target = previousTarget[source]
      amount = min(amount, flow[source * targets + target])
    }
    open[sink] -= amount
    target = sink
    while true {
      let source = previousSource[target]
      if flow[source * targets + target] == 0 { feeders[target].append(source) }
      flow[source * targets + target] += amount
      if source == start { return amount }
      target = previousTarget[source]
      flow[source * targets + target] -= amount
      if flow[source * targets + target] <= negligible {
        flow[source * targets + target] = 0
        feeders[target].removeAll { $0 == source }
      }
    }
  }
}
