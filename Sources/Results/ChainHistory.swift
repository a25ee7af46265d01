/// The identity of a chain.
public struct ChainKey: Sendable, Hashable, Comparable {
  public let cell: String
  public let seed: Int

  public init(cell: String, seed: Int) {
    self.cell = cell
    self.seed = seed
  }

  /// By cell, then by seed.
  public static func < (a: ChainKey, b: ChainKey) -> Bool {
    a.cell == b.cell ? a.seed < b.seed : a.cell < b.cell
  }
}

/// A chain's committed generations, 0 to the first one that is missing, merged from its blocks.
///
/// Merging does not depend on the order of the blocks and adding a block again changes nothing.
public struct ChainHistory: Sendable {
  /// Seconds by phase of the generations up to and including `lastGeneration` of one block.
  public struct Timing: Sendable {
    public let lastGeneration: Int
    public let seconds: [Double]
  }

  public let cell: String
  public let seed: Int
  /// `family.quantity` names; empty before the first block.
  public private(set) var metrics: [String] = []
  /// The number of committed generations: 0 ..< generations are there.
  public private(set) var generations = 0
  /// [generations × metrics.count], row-major.
  public private(set) var values: [Double] = []
  /// One text a generation.
  public private(set) var provenance = TextColumn()
  /// Samples of some generations, by ascending generation; the real data's first.
  public private(set) var previews: [Preview] = []
  /// The state after the last committed generation.
  public private(set) var status = ChainStatus.pending
  public private(set) var message = ""
  public private(set) var timings: [Timing] = []
  /// Blocks behind a generation that is missing.
  public private(set) var waiting: [ChainBlock] = []

  public init(cell: String, seed: Int) {
    self.cell = cell
    self.seed = seed
  }

  /// Adds a block.
  ///
  /// - Throws: `ResultsError.conflict` where a generation that is already there has other values,
  ///   names or provenance; the chain is then unchanged.
  public mutating func add(_ block: ChainBlock) throws(ResultsError) {
    precondition(block.cell == cell && block.seed == seed, "block of another chain")
    if block.firstGeneration > generations {
      waiting.append(block)
      return
    }
    try merge(block)
    // A block may have closed a gap; the earliest goes first so that each is tried once.
    while let index = waiting.indices.filter({ waiting[$0].firstGeneration <= generations }).min(
      by: {
        waiting[$0].firstGeneration < waiting[$1].firstGeneration
      })
    {
      try merge(waiting.remove(at: index))
    }
  }

  /// Adds a block that begins at or before the first missing generation.
  private mutating func merge(_ block: ChainBlock) throws(ResultsError) {
    if metrics.isEmpty && generations == 0 { metrics = block.metrics }
    let width = metrics.count
    guard block.metrics == metrics || block.generations == 0 else {
      throw conflict("metrics \(block.metrics) beside \(metrics)")
    }
    let end = block.firstGeneration + block.generations
    let shared = max(0, min(generations, end) - block.firstGeneration)
    for index in 0..<(shared * width)
    where !isSame(values[block.firstGeneration * width + index], block.values[index]) {
      let generation = block.firstGeneration + index / width
      throw conflict("generation \(generation), \(metrics[index % width]): two records differ")
    }
    for index in 0..<shared
    where provenance.utf8(block.firstGeneration + index) != block.provenance.utf8(index) {
      throw conflict("generation \(block.firstGeneration + index): two provenances differ")
    }
    for preview in block.previews where preview.generation < generations {
      // The real data's come with generation 0.
      guard shared > 0, let known = previews.first(where: { $0.generation == preview.generation }) else {
        continue
      }
      if known != preview {
        throw conflict("generation \(preview.generation): two previews differ")
      }
    }
    let isNew = end > generations
    if isNew {
      // What is first is shared with the block, not copied.
      if values.isEmpty, shared == 0 {
        values = block.values
      } else {
        values.append(contentsOf: block.values[(shared * width)...])
      }
      provenance.append(contentsOf: block.provenance, from: shared)
      previews += block.previews.filter { preview in
        !previews.contains { $0.generation == preview.generation }
      }
      generations = end
    }
    guard isNew || (end == generations && block.status.precedence > status.precedence) else {
      return
    }
    status = block.status
    message = block.message
    if end > 0, block.seconds.contains(where: { $0 != 0 }) {
      timings.append(Timing(lastGeneration: end - 1, seconds: block.seconds))
    }
  }

  private func conflict(_ reason: String) -> ResultsError {
    .conflict(cell: cell, seed: seed, reason: reason)
  }
}

extension ChainStatus {
  /// Which of two reports after the same generation holds: an outcome beats `running`, and a chain
  /// that was run again after a failure keeps the better outcome.
  var precedence: Int {
    switch self {
    case .pending: 0
    case .running: 1
    case .failed: 2
    case .diverged: 3
    case .done: 4
    }
  }
}

/// Whether two recorded values are the same: equal bits, or both NaN (a segment keeps no payload).
func isSame(_ a: Double, _ b: Double) -> Bool {
  a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
}
