import Results
import Samples

/// Gathers generations into blocks.
struct BlockBuilder {
  let cell: String
  let seed: Int
  let metrics: [String]
  private var first: Int
  private var values: [Double] = []
  private var provenance = TextColumn()
  private var previews: [Preview] = []
  private var opened = monotonicSeconds()
  /// Said once for the first value that is not finite.
  private var note = ""

  init(cell: String, seed: Int, metrics: [String], first: Int) {
    self.cell = cell
    self.seed = seed
    self.metrics = metrics
    self.first = first
  }

  /// Adds one generation; `row` has one value a metric.
  mutating func append(generation: Int, row: [Double], provenance origins: Provenance) {
    values.append(contentsOf: row)
    origins.withSummary { provenance.append(utf8: $0) }
    if note.isEmpty, let index = row.firstIndex(where: { !$0.isFinite }) {
      note = "\(metrics[index]) is not finite from generation \(generation)"
    }
  }

  /// Adds samples of the generation that is appended next, or of the real data before generation 0.
  mutating func append(_ preview: Preview) { previews.append(preview) }

  /// Whether the gathered generations have waited long enough.
  func isDue(after seconds: Double, now: Double) -> Bool {
    !provenance.isEmpty && now - opened >= seconds
  }

  /// The gathered generations as a block; the builder goes on empty.
  mutating func take(status: ChainStatus, message: String = "", seconds: [Double]) -> ChainBlock {
    defer {
      first += provenance.count
      values = []
      provenance = TextColumn()
      previews = []
      opened = monotonicSeconds()
    }
    return ChainBlock(
      cell: cell, seed: seed, firstGeneration: first, generations: provenance.count,
      metrics: metrics, values: values, provenance: provenance, previews: previews, status: status,
      message: message.isEmpty ? note : message, seconds: seconds)
  }
}
