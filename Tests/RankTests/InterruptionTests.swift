import Foundation
import ProgramSupport
import Results
import TestSupport
import Testing

/// Runs that are stopped or killed at random moments, and resumed on other numbers of ranks.
@Suite(
  .serialized,
  .enabled(if: Launch.mpirun != nil, "mpirun is not on the search path: install openmpi-bin"))
struct InterruptionTests {
  /// Long enough to be interrupted three times.
  static let study = studyPath("everything-loops")
  static let more = ["--set", "seeds=0..<\(isLong ? 100 : 30)"]

  enum Blow: String, CaseIterable {
    case stopSignal, killedRank
  }

  /// The moments of a test run: the same ones every time, but in the long form.
  private func moments(_ blow: Blow) -> any RandomNumberGenerator {
    isLong ? SystemRandomNumberGenerator() : SplitMix(state: blow == .stopSignal ? 2024 : 7)
  }

  @Test(arguments: Blow.allCases)
  func resumedRunsAreTheSame(blow: Blow) throws {
    try interrupt(Self.study, Self.more, blow, values: 10_000)
  }

  /// Models that are trained in many steps go on from the states they keep, whatever the ranks of a
  /// chain.
  @Test(arguments: Blow.allCases)
  func resumedTrainingsAreTheSame(blow: Blow) throws {
    let more = ["--set", "seeds=0..<\(isLong ? 12 : 3)"]
    try interrupt(studyPath("everything-networks"), more, blow, values: 1_000)
  }

  /// Interrupts a study at random moments, resumes it on other ranks, and compares with a whole run.
  private func interrupt(_ study: String, _ more: [String], _ blow: Blow, values: Int) throws {
    let folder = try TemporaryFolder()
    let (whole, broken) = (folder.file("whole"), folder.file("broken"))
    try runStudy(study, to: whole, ranks: 3, more)
    let work = Double(fileBytes(under: "\(whole)/segments"))
    var numbers = moments(blow)
    var interrupted = 0
    for ranks in isLong ? [3, 1, 5, 2, 4, 3, 2] : [3, 2, 4] {
      let running = try Launch.start(
        ranks: ranks, ["run", study, "--out", broken] + more)
      // All ranks catch signals once rank 0 has announced the run; before that a signal may just end
      // the processes, which loses nothing but is no stop in good order.
      let isAnnounced = running.wait(timeoutSeconds: 30) { running.errorOutput.contains(" seeds × ") }
      #expect(isAnnounced)
      // After a quarter of the work at most, wherever the machine's load puts that in time, so that three
      // interruptions leave something to do.
      let records = "\(broken)/segments"
      let moment = Double(fileBytes(under: records)) + Double.random(in: 0...0.25, using: &numbers) * work
      _ = running.wait(timeoutSeconds: 60) { Double(fileBytes(under: records)) >= moment }
      let signalled = ContinuousClock.now
      switch blow {
      case .stopSignal: running.send(signal: SIGUSR1)
      case .killedRank:
        let pids = children(of: running.identifier)
        if let victim = pids.randomElement(using: &numbers) { kill(victim, SIGKILL) }
      }
      let result = running.wait(timeoutSeconds: 20)
      let latency = (ContinuousClock.now - signalled) / .seconds(1)
      #expect(!result.timedOut, "\(result.summary)")
      if result.status != 0 { interrupted += 1 }
      switch blow {
      case .stopSignal:
        #expect(latency < 5, "stopped \(latency) s after the signal")
        #expect(result.status == 75 || result.status == 0, "\(result.summary)")
      case .killedRank: #expect(result.status == 137 || result.status == 0, "\(result.summary)")
      }
    }
    #expect(interrupted >= 2, "only \(interrupted) interruptions came before the end: inconclusive")
    try runStudy(study, to: broken, ranks: 5, more)
    try expectSameResults(whole, broken, values: values)
    let verified = try Launch.ouroboros(["verify", broken])
    #expect(verified.status == 0, "\(verified.summary)")
  }

  /// A stopped run says so and that the same command continues it; a finished one is left alone.
  @Test(arguments: [0, 3])
  func stopByTimeLimit(ranks: Int) throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    let arguments = ["run", Self.study, "--out", run, "--set", "seeds=0..<2000", "--max-hours", "0.0002"]
    let result =
      ranks == 0 ? try Launch.ouroboros(arguments) : try Launch.ouroboros(ranks: ranks, arguments)
    #expect(result.status == 75 && result.seconds < 8, "\(result.summary)")
    #expect(result.errorOutput.contains("run the same command again"))
    let index = try RunIndex(reading: RunDirectory(existing: run))
    #expect(index.chains.values.contains { $0.status == .done })
    let status = try String(contentsOfFile: "\(run)/status.json", encoding: .utf8)
    #expect(status.contains("\"stopped\""))
  }

  /// Running a finished study again computes nothing and changes no result.
  @Test func finishedRunsAreLeftAlone() throws {
    let folder = try TemporaryFolder()
    let study = studyPath("everything-regression")
    try runStudy(study, to: folder.file("a"), ranks: 2)
    let before = try segments(folder.file("a"))
    try runStudy(study, to: folder.file("a"), ranks: 3)
    let after = try segments(folder.file("a"))
    #expect(before.allSatisfy { after[$0.key] == $0.value })
    #expect(after.filter { before[$0.key] == nil }.allSatisfy { $0.value?.isEmpty == true })
  }

  private func segments(_ run: String) throws -> [String: [UInt8]?] {
    try listing(of: "\(run)/segments")
  }
}

/// The processes a process has started and that still run, in ascending order.
private func children(of parent: Int32) -> [Int32] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return names.compactMap(Int32.init).sorted().filter { pid in
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return false }
    // After the name in brackets: state, parent.
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 1 && fields[0] != "Z" && Int32(fields[1]) == parent
  }
}
