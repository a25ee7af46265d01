/// Who does what next: a pure state machine without clocks, files or messages.
///
/// Tasks are handed out longest first in bundles that shrink towards the end (guided self-scheduling):
/// a bundle holds at most 1/(2·workers) of the remaining cost and at most `bundleSeconds` of work. Each
/// worker has one bundle in hand and, where that is short, one waiting: a long task waits for whoever is
/// free first. A task may have to wait for another one. Results never depend on any of it.
public struct Schedule: Sendable {
  /// A number of tasks handed to one worker at once.
  public struct Bundle: Sendable, Hashable {
    public let id: Int
    public let tasks: [Int]
  }

  /// Bundles a worker has at most: one in hand, one waiting.
  public static let prefetch = 2

  /// A worker with this many seconds of work in hand gets nothing to wait beside it.
  private static let longSeconds = 0.5

  private struct Outstanding {
    let tasks: [Int]
    let cost: Double
  }

  private let costs: [Double]
  /// What can be handed out, longest first; those before `next` have been.
  private var order: [Int]
  /// Tasks that wait, by the task they wait for.
  private var blocked: [Int: [Int]] = [:]
  private let workers: Int
  private let bundleSeconds: Double
  private var next = 0
  private var remainingCost: Double
  private var nextBundle = 0
  private var outstanding: [[Int: Outstanding]]
  private var stopped = false
  /// Measured seconds for a unit of cost, from the bundles that came back.
  private var measured = (cost: 0.0, seconds: 0.0)

  /// - Parameters:
  ///   - costs: the expected cost of each task in any unit.
  ///   - after: for each task the one that has to be finished before; empty where none waits.
  ///   - workers: how many ask for work.
  ///   - bundleSeconds: the longest a bundle should take.
  public init(
    costs: [Double], after: [Int?] = [], workers: Int, bundleSeconds: Double = 0.1
  ) {
    precondition(after.isEmpty || after.count == costs.count, "\(after.count) of \(costs.count) tasks")
    self.costs = costs
    self.workers = workers
    self.bundleSeconds = bundleSeconds
    for (task, first) in after.enumerated() {
      if let first { blocked[first, default: []].append(task) }
    }
    order = costs.indices.filter { after.isEmpty || after[$0] == nil }
    remainingCost = costs.reduce(0, +)
    outstanding = [[Int: Outstanding]](repeating: [:], count: workers)
    sortReady()
  }

  /// Longest first. A task that others wait for counts with the longest of them: it opens their way.
  private mutating func sortReady() {
    func weight(_ task: Int) -> Double {
      costs[task] + (blocked[task]?.reduce(0) { max($0, costs[$1]) } ?? 0)
    }
    order[next...].sort { (-weight($0), $0) < (-weight($1), $1) }
  }

  /// Whether every task was handed out (or dropped by `stop`) and came back.
  public var isFinished: Bool { isExhausted && outstanding.allSatisfy(\.isEmpty) }

  /// Whether nothing is left to hand out, now or later.
  public var isExhausted: Bool { stopped || next == order.count && blocked.isEmpty }

  /// Bundles not yet back from a worker.
  public func outstandingBundles(of worker: Int) -> Int { outstanding[worker].count }

  /// The next bundle for a worker; `nil` when it has enough or nothing is left.
  public mutating func bundle(for worker: Int) -> Bundle? {
    guard !stopped, next < order.count, outstanding[worker].count < Schedule.prefetch else {
      return nil
    }
    if !outstanding[worker].isEmpty {
      // While nothing is known of the speed nobody waits behind a task that may be long.
      guard measured.seconds > 0 else { return nil }
      let inHand = outstanding[worker].values.reduce(0) { $0 + $1.cost }
      guard inHand * measured.seconds <= Self.longSeconds * measured.cost else { return nil }
    }
    var limit = remainingCost / Double(2 * workers)
    if measured.seconds > 0 {
      limit = min(limit, bundleSeconds * measured.cost / measured.seconds)
    } else {
      // Nothing is known of the speed: start with single tasks.
      limit = 0
    }
    var tasks: [Int] = []
    var cost = 0.0
    while next < order.count, tasks.isEmpty || cost + costs[order[next]] <= limit {
      tasks.append(order[next])
      cost += costs[order[next]]
      next += 1
    }
    remainingCost = max(0, remainingCost - cost)
    let bundle = Bundle(id: nextBundle, tasks: tasks)
    nextBundle += 1
    outstanding[worker][bundle.id] = Outstanding(tasks: tasks, cost: cost)
    return bundle
  }

  /// A worker has finished a bundle in `seconds` of work.
  public mutating func finished(worker: Int, bundle: Int, seconds: Double) {
    guard let done = outstanding[worker].removeValue(forKey: bundle) else {
      preconditionFailure("worker \(worker) finished bundle \(bundle), which it does not have")
    }
    measured.cost += done.cost
    measured.seconds += max(seconds, 1e-9)
    guard !blocked.isEmpty else { return }
    let freed = done.tasks.flatMap { blocked.removeValue(forKey: $0) ?? [] }
    guard !freed.isEmpty else { return }
    order += freed
    sortReady()
  }

  /// Hands out nothing more. Bundles that workers have still count as outstanding.
  public mutating func stop() { stopped = true }

  /// A worker has left and took its bundles with it (after a stop).
  public mutating func released(worker: Int) { outstanding[worker] = [:] }
}
