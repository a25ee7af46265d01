/// Where a worker's time went.
package struct WorkerReport: Codable, Sendable {
  package var rank: Int
  package var host: String
  /// The name of the time spent adding gradients with the other ranks of a group.
  package static let exchange = "exchange"

  /// Seconds by phase name, `idle` and `exchange` among them.
  package var seconds: [String: Double]
  package var chains: Int
  package var generations: Int
  /// Generation 0 fits made, and taken over from an arm with the same data, model and seed.
  package var firstFitted: Int
  package var firstReused: Int
  /// What those fits took.
  package var firstSeconds: Double
  /// Peak resident memory of the process.
  package var peakBytes: Int

  package init(
    rank: Int, host: String, seconds: [String: Double], chains: Int, generations: Int,
    firstFitted: Int, firstReused: Int, firstSeconds: Double = 0, peakBytes: Int
  ) {
    self.rank = rank
    self.host = host
    self.seconds = seconds
    self.chains = chains
    self.generations = generations
    self.firstFitted = firstFitted
    self.firstReused = firstReused
    self.firstSeconds = firstSeconds
    self.peakBytes = peakBytes
  }
}
