import Foundation
import Loops
import Results
import Study
import Testing

/// What `status` and `watch` show of a run.
@Suite struct WatchTests {
  @Test func snapshotsFollowTheRun() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      let follower = try RunFollower(run.directory)
      var snapshot = try follower.next()
      #expect(snapshot.status == nil && !snapshot.isOver && snapshot.chains == [.pending: 18])
      #expect(StatusText(snapshot).head[0] == "state         preparing: no status.json yet")

      try run.record(cell: 0, seed: 0, generations: 4, status: .done)
      try run.record(cell: 0, seed: 1, generations: 2)
      try run.publish(committed: 6, remaining: 33)
      snapshot = try follower.next()
      #expect(snapshot.chains == [.done: 1, .running: 1, .pending: 16])
      #expect(snapshot.generationsCommitted == 6 && snapshot.generationsPlanned == 72)
      #expect(snapshot.generationsPerSecond == 2 && snapshot.remainingSeconds == 33)
      #expect(snapshot.metrics == ["moments.variance_trace_ratio", "nll.mean"])
      let curve = try #require(snapshot.cells[0].curves["moments.variance_trace_ratio"])
      #expect(curve.medians == [1.5, 3, 3, 4] && curve.seeds == 2)
      #expect(snapshot.cells[1].curves.isEmpty && snapshot.cells[0].planned == 12)
      #expect(snapshot.cells[3].label == "dimension=1 policy=accumulate")

      // A status that knows more than the database is newer.
      try run.publish(committed: 9, chains: ["done": 2, "running": 1, "pending": 15], remaining: 30)
      snapshot = try follower.next()
      #expect(snapshot.generationsCommitted == 9 && snapshot.chains[.done] == 2)

      try run.publish(.finished, committed: 72, chains: ["done": 18])
      snapshot = try follower.next()
      #expect(snapshot.isOver && snapshot.remainingSeconds == nil)
    }
  }

  @Test func metricsAreChosen() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      try run.record(cell: 0, seed: 0, generations: 1)
      try run.publish(committed: 1)
      #expect(try RunFollower(run.directory, metrics: ["nll"]).next().metrics == ["nll.mean"])
      let both = try RunFollower(run.directory, metrics: ["nll.mean", "m", "nll"]).next()
      #expect(both.metrics == ["nll.mean", "moments.variance_trace_ratio"] && both.notes.isEmpty)
      let wrong = try RunFollower(run.directory, metrics: ["frechet"])
      let notes = try wrong.next().notes
      #expect(wrong.unknownMetrics == ["frechet"] && notes.count == 1)
      #expect(notes[0].contains("moments.variance_trace_ratio"))
    }
  }

  /// Every line fits every width and height, failures stand above the rest, and nothing that files say
  /// reaches the terminal as a command.
  @Test func screensFitAndFailuresComeFirst() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      for seed in 0..<3 { try run.record(cell: 0, seed: seed, generations: 4, status: .done) }
      try run.record(cell: 1, seed: 0, generations: 3)
      try run.record(cell: 5, seed: 2, generations: 1, status: .failed, message: "x")
      try run.fail(cell: 5, seed: 2, "over\u{1B}]0;title\u{7}\r\nthe edge \(String(repeating: "long ", count: 60))")
      try run.publish(committed: 16)
      let snapshot = try RunFollower(run.directory, metrics: ["moments", "nll"]).next()
      for width in 1...200 {
        for height in [1, 3, 8, 12, 14, 24, nil] as [Int?] {
          let lines = WatchScreen(snapshot, width: width, height: height, hasColours: false).lines
          #expect(lines.count <= height ?? Int.max && !lines.isEmpty)
          #expect(lines.allSatisfy { $0.count <= max(width, 20) }, "width \(width)")
          let controls = lines.joined().unicodeScalars.filter { $0.value < 32 || $0.value == 127 }
          #expect(controls.isEmpty)
        }
      }
      let lines = WatchScreen(snapshot, width: 110, height: nil, hasColours: false).lines
      #expect(lines[0] == "ouroboros  followed" && lines[1] == "1 chain without a result")
      #expect(lines[2].hasPrefix("  failed: cell \(run.plan.cells[5].id) (dimension=3 policy=accumulate), seed 2, "))
      #expect(lines.contains("warning       mind the ?[31mgap"))
      #expect(lines.contains { $0.hasPrefix("progress      [########----") && $0.hasSuffix("] 22 %") })
      let header = try #require(lines.firstIndex { $0.hasPrefix("cell ") })
      #expect(lines[header].contains("moments.variance_trace"))
      #expect(lines.count == header + 7)
      #expect(lines[header + 1].hasPrefix("dimension=1 policy=replace") && lines[header + 1].contains(" 3/3  100 %"))
      #expect(lines[header + 1].contains("▁▃▅█ 2 → 8") || lines[header + 1].contains("2 → 8"))
      #expect(lines[header + 3].contains(" 0/3    0 %"))
      // With room for two cells: the failed one, then the one that runs.
      let few = WatchScreen(snapshot, width: 110, height: header + 4, hasColours: false).lines
      #expect(few[header + 1].hasPrefix("dimension=3 policy=accumulate"))
      #expect(few[header + 2].hasPrefix("dimension=1 policy=accumulate") || few[header + 2].contains("0/3   25 %"))
      #expect(few[header + 3] == "and 4 more cells")
      let coloured = WatchScreen(snapshot, width: 110, height: nil, hasColours: true).lines
      #expect(coloured[0] == "\u{1B}[1mouroboros  followed\u{1B}[0m")
      #expect(coloured[1].hasPrefix("\u{1B}[1;31m1 chain"))
    }
  }

  /// A run whose writer was killed says so.
  @Test func silenceIsNoticed() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      try run.publish(committed: 0, updated: "2020-01-01T00:00:00Z")
      let warnings = try RunFollower(run.directory).next().warnings
      #expect(warnings.contains { $0.hasPrefix("nothing new for ") })
      try run.publish(committed: 0)
      #expect(try RunFollower(run.directory).next().warnings.count == 1)
    }
  }

  @Test func labelsAreShortWhereTheyCanBe() throws {
    func plan(_ matrix: String) throws -> StudyPlan {
      try StudyFile.parse(
        Array(FollowedRun.study.split(separator: "\n").dropLast().joined(separator: "\n").utf8)
          + Array("\nmatrix: \(matrix)\n".utf8), name: "x", directory: "/")
    }
    #expect(try plan("{}").labels == ["followed"])
    let one = try plan("{loop.bias: [0.5, 1]}")
    #expect(one.labels == ["bias=0.5", "bias=1.0"] && one.fullLabels[0] == "loop.bias=0.5")
    let both = try plan("{dataset.samples: [10, 20], loop.samples: [30]}")
    #expect(both.labels == ["samples=10", "samples=20"])
    let same = try plan("{dataset.samples: [10, 20], loop.samples: [30, 40]}")
    #expect(same.labels == same.fullLabels && same.labels.count == 4)
  }
}
