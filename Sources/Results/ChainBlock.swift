/// How far a chain has come.
public enum ChainStatus: String, Sendable, Codable, CaseIterable {
  case pending, running, done, diverged, failed
}

/// The phases a generation's time is spent in.
public enum Phase: Int, Sendable, CaseIterable {
  case compose, fit, sample, correct, measure, write
  /// The name in the `timings` table.
  public var name: String { "\(self)" }
}

/// Consecutive committed generations of one chain: the unit that is written to a segment, sent to the
/// coordinator and inserted into the database. Long generations make blocks of one; short ones are
/// gathered.
public struct ChainBlock: Sendable, Equatable {
  /// The cell's id.
  public var cell: String
  public var seed: Int
  public var firstGeneration: Int
  /// The number of generations in the block; may be 0 for a block that only reports an outcome.
  public var generations: Int
  /// `family.quantity` names, the same for every generation of the chain.
  public var metrics: [String]
  /// [generations × metrics.count], row-major; NaN or ±∞ where a value does not exist.
  public var values: [Double]
  /// `Provenance.summary` of each generation's training set.
  public var provenance: TextColumn
  /// Samples of some of the generations, by ascending generation.
  public var previews: [Preview]
  /// The chain's state after this block: `running`, `done`, `diverged` or `failed`.
  public var status: ChainStatus
  /// Why, for `diverged`, `failed` and non-finite values; empty otherwise.
  public var message: String
  /// Seconds by `Phase.rawValue`, summed over the block's generations. Never part of a comparison.
  public var seconds: [Double]

  public init(
    cell: String, seed: Int, firstGeneration: Int, generations: Int, metrics: [String],
    values: [Double], provenance: TextColumn, previews: [Preview] = [], status: ChainStatus,
    message: String = "", seconds: [Double]
  ) {
    precondition(values.count == generations * metrics.count, "\(values.count) values for \(generations)×\(metrics.count)")
    precondition(provenance.count == generations && seconds.count == Phase.allCases.count, "block shape")
    self.cell = cell
    self.seed = seed
    self.firstGeneration = firstGeneration
    self.generations = generations
    self.metrics = metrics
    self.values = values
    self.provenance = provenance
    self.previews = previews
    self.status = status
    self.message = message
    self.seconds = seconds
  }
}
