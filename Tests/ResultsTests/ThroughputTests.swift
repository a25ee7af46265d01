import Foundation
import Glibc
import Results
import Testing

/// Figures of the paths that a study of many short chains is bound by. They are printed, and held
/// to bounds far below what a quiet core does, so that only a change of kind fails.
@Suite(.serialized) struct ThroughputTests {
  #if DEBUG
    static let chains = 100
  #else
    static let chains = 2500
  #endif
  static let generations = 100

  /// Processor seconds of this thread, the better of two: other tests run beside this one.
  func seconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
    var best = Double.infinity
    for _ in 0..<2 {
      let start = now()
      try body()
      best = min(best, now() - start)
    }
    return best
  }

  func expectAtLeast(_ rate: Double, _ bound: Double) {
    #if !DEBUG
      #expect(rate >= bound)
    #endif
  }

  @Test func recordsAndTables() throws {
    try withTemporaryDirectory { directory in
      let blocks = (0..<Self.chains).map {
        block(
          cell: "3f2a9c01b7d\($0 % 10)", seed: $0, generations: Self.generations,
          provenance: "real:100")
      }
      let numbers = Double(blocks.reduce(0) { $0 + $1.values.count })
      let path = "\(directory)/rank-0000.jsonl"
      let writing = try seconds {
        unlink(path)
        let writer = try SegmentWriter(path: path)
        for block in blocks { try writer.append(block) }
        try writer.flush()
      }
      let bytes = Double(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
      var index = RunIndex()
      let reading = try seconds {
        index = RunIndex()
        try index.read(segment: path)
      }
      #expect(index.chains.count == blocks.count && index.conflicts.isEmpty)
      let message = MessageCodec.encode(blocks)
      var decoded = 0
      let coding = try seconds { decoded = try MessageCodec.decode(message).count }
      #expect(decoded == blocks.count)
      let chains = index.chains.keys.sorted()
      var committed = true
      let inserting = try seconds {
        let database = try ResultsDatabase.rebuild(
          at: "\(directory)/a.sqlite", cells: [], chains: chains, from: RunIndex())
        for block in blocks { try database.insert(block) }
        committed = try database.close() && committed
      }
      let rebuilding = try seconds {
        let database = try ResultsDatabase.rebuild(
          at: "\(directory)/b.sqlite", cells: [], chains: chains, from: index)
        committed = try database.close() && committed
      }
      #expect(committed)
      print(
        """
        segment: \(round(numbers / writing / 1e5) / 10) million numbers/s written, \
        \(round(bytes / reading / 1e6)) MB/s and \(round(numbers / reading / 1e5) / 10) million numbers/s read
        messages: \(round(Double(message.count) / coding / 1e6)) MB/s decoded
        database: \(round(numbers / inserting / 1e5) / 10) million rows/s inserted, \
        \(round(numbers / rebuilding / 1e5) / 10) million rows/s rebuilt
        """)
      expectAtLeast(numbers / writing, 1e6)
      expectAtLeast(bytes / reading, 20e6)
      expectAtLeast(numbers / inserting, 0.4e6)
    }
  }

  @Test func summaryOfAStudy() {
    #if DEBUG
      let cells = 2
    #else
      let cells = 50
    #endif
    let names = metricNames
    let tables = (0..<cells).map { cell in
      (0..<100).flatMap { block(cell: "\(cell)", seed: $0, generations: 100).values }
    }
    var rows = 0
    let elapsed = seconds {
      rows = 0
      for cell in 0..<cells {
        rows +=
          summarise(
            cell: "\(cell)", seeds: Array(0..<100), generations: 100, metrics: names,
            values: tables[cell]
          ).count
      }
    }
    #expect(rows == cells * 500)
    print(
      "summary: \(cells) cells × 100 seeds × 100 generations × 5 metrics in \(round(elapsed * 1000)) ms"
    )
    expectAtLeast(Double(cells) / elapsed, 10)
  }
}
