/// How far the chains of one cell are.
public struct CellProgress: Sendable, Equatable {
  public var chains: [ChainStatus: Int] = [:]
  /// Committed generations over all chains.
  public var generations = 0

  public init() {}

  mutating func add(_ status: ChainStatus, chains count: Int, generations: Int) {
    chains[status, default: 0] += count
    self.generations += generations
  }

  /// The number of chains that will not go on: done, diverged or failed.
  public var finished: Int { chains.reduce(0) { $0 + ($1.key.isFinal ? $1.value : 0) } }
  public var total: Int { chains.values.reduce(0, +) }
  /// Whether chains diverged or failed.
  public var hasFailures: Bool { chains[.diverged, default: 0] + chains[.failed, default: 0] > 0 }
}

extension ChainStatus {
  /// Whether no generation will follow.
  public var isFinal: Bool {
    switch self {
    case .pending, .running: false
    case .done, .diverged, .failed: true
    }
  }
}
