/// Who does what next: a pure state machine without clocks, files or messages.
///
/// Tasks are handed out longest first in bundles that shrink towards the end (guided self-scheduling):
/// a bundle holds at most 1/(2·workers) of the remaining cost and at most `bundleSeconds` of work. Each
/// worker has one bundle in hand and one waiting. Results never depend on any of it.
public struct Schedule: Sendable {
  /// A number of tasks handed to one worker at once.
  public struct Bundle: Sendable, Hashable {
    public let id: Int
    public let tasks: [Int]
  }

  /// Bundles a worker has at most: one in hand, one waiting.
  public static let prefetch = 2

  private let costs: [Double]
  private let order: [Int]
  private let workers: Int
  private let bundleSeconds: Double
  private var next = 0
  private var remainingCost: Double
  private var nextBundle = 0
  private var outstanding: [[Int: Double]]
  private var stopped = false
  /// Measured seconds for a unit of cost, from the bundles that came back.
  private var measured = (cost: 0.0, seconds: 0.0)

  /// - Parameters:
  ///   - costs: the expected cost of each task in any unit.
  ///   - workers: how many ask for work.
  ///   - bundleSeconds: the longest a bundle should take.
  public init(costs: [Double], workers: Int, bundleSeconds: Double = 0.1) {
    self.costs = costs
    self.workers = workers
    self.bundleSeconds = bundleSeconds
    order = costs.indices.sorted { (-costs[$0], $0) < (-costs[$1], $1) }
    remainingCost = costs.reduce(0, +)
    outstanding = [[Int: Double]](repeating: [:], count: workers)
  }

  /// Whether every task was handed out (or dropped by `stop`) and came back.
  public var isFinished: Bool {
    (stopped || next == order.count) && outstanding.allSatisfy(\.isEmpty)
  }

  /// Bundles not yet back from a worker.
  public func outstandingBundles(of worker: Int) -> Int { outstanding[worker].count }

  /// The next bundle for a worker; `nil` when it has enough or nothing is left.
  public mutating func bundle(for worker: Int) -> Bundle? {
    guard !stopped, next < order.count, outstanding[worker].count < Schedule.prefetch else {
      return nil
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
    outstanding[worker][bundle.id] = cost
    return bundle
  }

  /// A worker has finished a bundle in `seconds` of work.
  public mutating func finished(worker: Int, bundle: Int, seconds: Double) {
    guard let cost = outstanding[worker].removeValue(forKey: bundle) else {
      preconditionFailure("worker \(worker) finished bundle \(bundle), which it does not have")
    }
    measured.cost += cost
    measured.seconds += max(seconds, 1e-9)
  }

  /// Hands out nothing more. Bundles that workers have still count as outstanding.
  public mutating func stop() { stopped = true }

  /// A worker has left and took its bundles with it (after a stop).
  public mutating func released(worker: Int) { outstanding[worker] = [:] }
}
