/// Where a worker's time went.
struct WorkerReport: Codable, Sendable {
  var rank: Int
  var host: String
  /// Seconds by phase name, `idle` among them.
  var seconds: [String: Double]
  var chains: Int
  var generations: Int
  /// Generation 0 fits made, and taken over from an arm with the same data, model and seed.
  var firstFitted: Int
  var firstReused: Int
  /// Peak resident memory of the process.
  var peakBytes: Int
}
