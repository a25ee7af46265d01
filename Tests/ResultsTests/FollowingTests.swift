import CSQLite
import Foundation
import Results
import Testing

/// Following a run through its files while it is written.
@Suite struct FollowingTests {
  private static let cells = ["aa", "bb"]
  private static let metric = metricNames[1]

  private static func database(
    _ run: RunDirectory, seeds: Range<Int>, index: RunIndex = RunIndex()
  ) throws -> ResultsDatabase {
    try ResultsDatabase.rebuild(
      at: run.database, cells: cells.map { CellRecord(cell: $0, parameters: "{}", resolved: "{}") },
      chains: cells.flatMap { cell in seeds.map { ChainKey(cell: cell, seed: $0) } }, from: index)
  }

  private static func run(_ path: String) throws -> RunDirectory {
    let (run, _) = try RunDirectory.prepare(path)
    try run.publish(Array("{\"ouroboros_plan\": 1}".utf8), as: "plan.json")
    return run
  }

  /// The medians that a block of each seed gives.
  private static func medians(cell: String, seeds: Range<Int>, generations: Int) -> [Double] {
    let column = metricNames.firstIndex(of: metric)!
    let blocks = seeds.map { block(cell: cell, seed: $0, generations: generations) }
    return (0..<generations).map { generation in
      let values = blocks.map { $0.values[generation * metricNames.count + column] }.sorted()
      let middle = values.count / 2
      return values.count % 2 == 1
        ? values[middle] : values[middle - 1] + 0.5 * (values[middle] - values[middle - 1])
    }
  }

  @Test func progressAndMediansGrowWithTheDatabase() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      let follower = RecordFollower(run) { _ in [Self.metric] }
      try follower.refresh()
      #expect(follower.progress.isEmpty && follower.problem == nil)

      let database = try Self.database(run, seeds: 0..<3)
      for seed in 0..<2 { try database.insert(block(cell: "aa", seed: seed, generations: 4)) }
      #expect(try database.commit())
      try follower.refresh()
      #expect(follower.problem == nil && follower.known == metricNames)
      #expect(follower.progress["aa"]?.chains == [.running: 2, .pending: 1])
      #expect(follower.progress["aa"]?.generations == 8 && follower.progress["bb"]?.generations == 0)
      let curve = try #require(follower.curves["aa"]?[Self.metric])
      #expect(curve.seeds == 2 && follower.curves["bb"] == nil)
      #expect(close(curve.medians, Self.medians(cell: "aa", seeds: 0..<2, generations: 4)))

      // What is not committed is not seen, and nothing waits for it.
      try database.insert(block(cell: "aa", seed: 2, generations: 4, status: .done))
      try follower.refresh(isForced: true)
      #expect(follower.progress["aa"]?.generations == 8)
      #expect(try database.commit())
      try follower.refresh()
      #expect(follower.progress["aa"]?.finished == 1 && follower.progress["aa"]?.generations == 12)
      let all = try #require(follower.curves["aa"]?[Self.metric])
      #expect(close(all.medians, Self.medians(cell: "aa", seeds: 0..<3, generations: 4)))
    }
  }

  /// A finished cell's medians are those of the summary.
  @Test func finishedCellsComeFromTheSummary() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      let database = try Self.database(run, seeds: 0..<3)
      var index = RunIndex()
      for seed in 0..<3 {
        let whole = block(cell: "aa", seed: seed, generations: 4, status: .done)
        index.add(whole)
        try database.insert(whole)
      }
      var rows = summarise(try #require(index.table(cell: "aa")))
      for row in rows.indices { rows[row].median += 1000 }
      try database.writeSummary(rows)
      #expect(try database.commit())
      let follower = RecordFollower(run) { _ in [Self.metric] }
      try follower.refresh()
      let curve = try #require(follower.curves["aa"]?[Self.metric])
      let expected = Self.medians(cell: "aa", seeds: 0..<3, generations: 4).map { $0 + 1000 }
      #expect(close(curve.medians, expected) && curve.seeds == 3)
    }
  }

  /// A resume replaces the database; what was read of the old one is forgotten.
  @Test func aReplacedDatabaseIsReadAnew() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      let follower = RecordFollower(run) { _ in [Self.metric] }
      var index = RunIndex()
      for generations in [3, 5] {
        for seed in 0..<4 { index.add(block(cell: "bb", seed: seed, generations: generations)) }
        let database = try Self.database(run, seeds: 0..<4, index: index)
        #expect(try database.close())
        try follower.refresh()
        #expect(follower.progress["bb"]?.generations == 4 * generations)
        let curve = try #require(follower.curves["bb"]?[Self.metric])
        #expect(
          close(curve.medians, Self.medians(cell: "bb", seeds: 0..<4, generations: generations)))
      }
    }
  }

  /// Of very many new rows a part is read: whole chains, so that their medians are those of chains.
  @Test func manyRowsAreReadInPart() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      var index = RunIndex()
      for seed in 0..<400 { index.add(block(cell: "aa", seed: seed, generations: 50)) }
      let database = try Self.database(run, seeds: 0..<400, index: index)
      #expect(try database.close())
      let follower = RecordFollower(run) { _ in [Self.metric] }
      try follower.refresh()
      let curve = try #require(follower.curves["aa"]?[Self.metric])
      #expect(follower.progress["aa"]?.generations == 20_000 && curve.medians.count == 50)
      // 24,000 of 100,000 rows, five a generation: 96 seeds a generation.
      #expect(curve.seeds > 80 && curve.seeds < 110)
      // Values are uniform in ±4; the median of 80 has a standard error of 0.45, six of which bound it.
      #expect(curve.medians.allSatisfy { abs($0) < 2.7 })
    }
  }

  /// A database that cannot be read, or is not there, is replaced by the segments.
  @Test(arguments: ["absent", "rotten", "killed"])
  func segmentsStandIn(state: String) throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      try run.createDirectory("segments")
      let writer = try SegmentWriter(path: run.segment(rank: 1))
      for seed in 0..<3 { try writer.append(block(cell: "aa", seed: seed, generations: 4)) }
      try writer.flush()
      if state == "rotten" {
        try run.publish([UInt8](repeating: 7, count: 5000), as: "results.sqlite")
      }
      if state == "killed" { try Self.killedWriter(run) }
      let follower = RecordFollower(run) { _ in [Self.metric] }
      try follower.refresh()
      #expect((follower.problem != nil) == (state != "absent"))
      if state == "killed" { #expect(follower.problem?.contains("writer that was killed") == true) }
      #expect(follower.progress["aa"]?.generations == 12)
      let curve = try #require(follower.curves["aa"]?[Self.metric])
      #expect(close(curve.medians, Self.medians(cell: "aa", seeds: 0..<3, generations: 4)))
      // They are read again when they have grown.
      try writer.append(block(cell: "aa", seed: 0, first: 4, generations: 2))
      try writer.flush()
      try follower.refresh(isForced: true)
      #expect(follower.progress["aa"]?.generations == 14)
    }
  }

  /// The database as a writer leaves it that is killed in the middle of a commit: a copy of the file
  /// and its journal while pages are on their way.
  private static func killedWriter(_ run: RunDirectory) throws {
    var index = RunIndex()
    for seed in 0..<200 { index.add(block(cell: "aa", seed: seed, generations: 40)) }
    #expect(try database(run, seeds: 0..<200, index: index).close())
    var other: OpaquePointer?
    defer { sqlite3_close_v2(other) }
    let whole = "\(run.path)/whole.sqlite"
    try FileManager.default.moveItem(atPath: run.database, toPath: whole)
    try #require(sqlite3_open_v2(whole, &other, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
    let sql = "PRAGMA cache_size = 1; BEGIN; UPDATE metrics SET value = value + 1"
    try #require(sqlite3_exec(other, sql, nil, nil, nil) == SQLITE_OK)
    for end in ["", "-journal"] {
      try FileManager.default.copyItem(atPath: whole + end, toPath: run.database + end)
    }
  }

  /// A writer that keeps the file locked leaves the last figures standing.
  @Test func aLockedDatabaseIsPassedOver() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      var index = RunIndex()
      index.add(block(cell: "aa", seed: 0, generations: 4))
      #expect(try Self.database(run, seeds: 0..<1, index: index).close())
      let follower = RecordFollower(run) { _ in [Self.metric] }
      try follower.refresh()
      var other: OpaquePointer?
      defer { sqlite3_close_v2(other) }
      try #require(sqlite3_open_v2(run.database, &other, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
      try #require(sqlite3_exec(other, "BEGIN EXCLUSIVE", nil, nil, nil) == SQLITE_OK)
      try follower.refresh(isForced: true)
      #expect(follower.progress["aa"]?.generations == 4 && follower.problem == nil)
      try #require(
        sqlite3_exec(other, "UPDATE chains SET generations = 9 WHERE seed = 0 AND cell = 'aa'", nil, nil, nil)
          == SQLITE_OK)
      try #require(sqlite3_exec(other, "COMMIT", nil, nil, nil) == SQLITE_OK)
      try follower.refresh(isForced: true)
      #expect(follower.progress["aa"]?.generations == 9)
    }
  }

  @Test func failuresAreReadOnce() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      func record(_ seed: Int) -> FailureRecord {
        FailureRecord(
          cell: "aa", seed: seed, generation: 2, status: .failed, message: "m", host: "h", rank: 1,
          command: "c")
      }
      var follower = FailureFollower(run)
      try follower.refresh()
      #expect(follower.latest.isEmpty)
      try run.append([record(1), record(2)])
      try follower.refresh()
      #expect(follower.latest.map(\.seed) == [1, 2])
      // A torn line waits for its end.
      let line = try fileBytes(run.failures)
      try write(line + Array("{\"cell\":".utf8), to: run.failures)
      try follower.refresh()
      #expect(follower.latest.map(\.seed) == [1, 2])
      try write(line, to: run.failures)
      try run.append((3..<203).map(record))
      try follower.refresh()
      #expect(follower.latest.map(\.seed) == Array(103..<203))
      try write(Array("{}\n".utf8) + line, to: run.failures)
      var other = FailureFollower(run)
      #expect(throws: ResultsError.self) { try other.refresh() }
    }
  }

  private func close(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($1)) }
  }
}
