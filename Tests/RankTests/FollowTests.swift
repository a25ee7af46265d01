import Foundation
import ProgramSupport
import Results
import TestSupport
import Testing

/// Looking at a run while it goes on.
@Suite(
  .serialized,
  .enabled(if: Launch.mpirun != nil, "mpirun is not on the search path: install openmpi-bin"))
struct FollowTests {
  /// Readers at work all the time: what they see was true a moment ago, only grows, and the run ends
  /// with the bits of a run that nobody looked at.
  @Test func readersSeeTheRunAndDisturbNothing() throws {
    let folder = try TemporaryFolder()
    let (quiet, watched) = (folder.file("quiet"), folder.file("watched"))
    let study = studyPath("everything-loops")
    let more = ["--set", "seeds=0..<\(isLong ? 100 : 30)"]
    try runStudy(study, to: quiet, ranks: 3, more)
    let running = try Launch.start(ranks: 3, ["run", study, "--out", watched] + more)
    _ = running.wait(timeoutSeconds: 60) {
      FileManager.default.fileExists(atPath: "\(watched)/results.sqlite")
    }
    let run = try RunDirectory(existing: watched)
    let follower = RecordFollower(run) { Array($0.prefix(2)) }
    var last = 0
    var pictures = 0
    var differing = 0
    while running.isRunning {
      try follower.refresh(isForced: true)
      let seen = follower.progress.values.reduce(0) { $0 + $1.generations }
      #expect(seen >= last && follower.problem == nil)
      last = seen
      // Records reach the segments first.
      let truth = try RunIndex(reading: run).chains.values.reduce(0) { $0 + $1.generations }
      #expect(seen <= truth)
      let picture = try Launch.ouroboros(["watch", watched, "--once"])
      let status = try Launch.ouroboros(["status", watched])
      #expect(picture.status == 0 && status.status == 0, "\(picture.summary) \(status.summary)")
      let (before, after) = (try generations(picture.output), try generations(status.output))
      #expect(before >= seen && after >= before, "\(seen), then \(before), then \(after)")
      if before != after { differing += 1 }
      pictures += 1
    }
    let result = running.wait(timeoutSeconds: 120)
    #expect(result.status == 0 && !result.timedOut, "\(result.summary)")
    #expect(pictures >= 3, "only \(pictures) looks before the end: inconclusive")
    #expect(!result.errorOutput.contains("reader"))
    print("\(pictures) looks at a run under way, \(differing) pairs a commit apart")
    try expectSameResults(quiet, watched, values: 10_000)
    #expect(try Launch.ouroboros(["diff", quiet, watched]).status == 0)
    #expect(try Launch.ouroboros(["verify", watched]).status == 0)
  }

  /// The number before `of` in the line of generations.
  private func generations(_ output: String) throws -> Int {
    let line = try #require(
      output.split(separator: "\n").first { $0.hasPrefix("generations ") }, "\(output)")
    return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }, "\(line)")
  }

  /// On a terminal the picture is redrawn, fits it, and the command ends with the run.
  @Test func watchDrawsOnATerminalAndEndsWithTheRun() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    let study = try folder.write(Self.slowStudy, as: "study.yaml")
    let running = try Launch.start(ranks: 3, ["run", study, "--out", run])
    _ = running.wait(timeoutSeconds: 60) {
      FileManager.default.fileExists(atPath: "\(run)/status.json")
    }
    let terminal = try PseudoTerminal(columns: 60, rows: 12)
    let watch = try terminal.start(["watch", run, "--every", "0.2"])
    let result = running.wait(timeoutSeconds: 120)
    #expect(result.status == 0, "\(result.summary)")
    let text = try terminal.read(untilEndOf: watch, timeoutSeconds: 20)
    #expect(watch.terminationStatus == 0 && !watch.isRunning)
    #expect(text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"))
    let parts = text.components(separatedBy: "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
    try #require(parts.count == 2, "the screen is given back once")
    let pictures = parts[0].components(separatedBy: "\u{1B}[H").dropFirst()
    #expect(pictures.count >= 2 && pictures.contains { $0.contains("running") })
    for picture in pictures {
      // The terminal puts a carriage return of its own before every line feed.
      let lines = picture.split(whereSeparator: \.isNewline).map(String.init)
      #expect(lines.count <= 12)
      for line in lines { #expect(plain(line).count <= 60, "\(line)") }
    }
    #expect(parts[1].contains("finished") && parts[1].contains("100 %"))
  }

  /// Without the escape sequences that the view uses.
  private func plain(_ line: String) -> String {
    line.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "")
  }

  private static let slowStudy = """
    study: slow
    dataset: {name: gaussian, dimension: 40, samples: 2000}
    model: {name: gaussian, route: data}
    loop: {policy: replace, samples: same}
    generations: 120
    seeds: 0..<16
    metrics: [moments]
    matrix: {loop.policy: [replace, accumulate-subsample]}
    """

  @Test func mistakesAreSaid() throws {
    let folder = try TemporaryFolder()
    for command in ["watch", "status"] {
      let none = try Launch.ouroboros([command, folder.file("none")])
      #expect(none.status == 66 && none.errorOutput.contains("no such file"), "\(none.summary)")
      let other = try Launch.ouroboros([command, folder.path])
      #expect(other.status == 65, "\(other.summary)")
    }
    let study = try folder.write(Self.slowStudy, as: "study.yaml")
    let run = folder.file("run")
    try runStudy(study, to: run, ranks: 0, ["--set", "generations=2", "--set", "seeds=[1]"])
    let unknown = try Launch.ouroboros(["watch", run, "--metric", "frechet"])
    #expect(unknown.status == 64 && unknown.output.contains("no metric 'frechet'; there are: moments."))
    #expect(try Launch.ouroboros(["watch", run, "--every", "0"]).status == 64)
    let once = try Launch.ouroboros(["watch", run])
    #expect(once.status == 0 && !once.output.contains("\u{1B}"))
    #expect(once.output.contains("policy=accumulate-subsample"))
  }
}
