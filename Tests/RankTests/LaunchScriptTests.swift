import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The start scripts, with a stand-in for `ouroboros` that says what it was given.
@Suite(
  .serialized,
  .enabled(if: Launch.mpirun != nil, "mpirun is not on the search path: install openmpi-bin"))
struct LaunchScriptTests {
  private func script(_ name: String) -> URL {
    Launch.packageRoot.appendingPathComponent("launch/\(name)")
  }

  /// Makes a program from the lines of a shell script, gives it to `body` and removes it.
  private func withStandIn(_ lines: String, _ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("ouroboros stand-in \(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appendingPathComponent("program")
    try "#!/bin/bash\n\(lines)\n".write(to: program, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    try body(program)
  }

  @Test func argumentsThreadsAndExitCodeAreHandedOn() throws {
    try withStandIn(#"echo "$OPENBLAS_NUM_THREADS|$*"; exit 80"#) { program in
      let result = try Launch.run(
        script("run"), ["-n", "3", "a study.yaml", "--out", "x"],
        environment: ["OUROBOROS": program.path, "OPENBLAS_NUM_THREADS": "1"],
        folder: program.deletingLastPathComponent())
      #expect(result.status == 80, "\(result.summary)")
      #expect(
        !result.lines.isEmpty && result.lines.allSatisfy { $0 == "1|run a study.yaml --out x" })
    }
  }

  /// One rank for every core and one that hands out the work, however many threads a rank may have.
  @Test(arguments: ["OMP_NUM_THREADS", "OMP_THREAD_LIMIT"])
  func everyCoreHasARank(limit: String) throws {
    try withStandIn("echo rank") { program in
      let result = try Launch.run(
        script("run"), ["study.yaml", "--out", "x"],
        environment: ["OUROBOROS": program.path, limit: "1"])
      #expect(result.status == 0, "\(result.summary)")
      #expect(result.lines.count == ProcessInfo.processInfo.activeProcessorCount + 1)
    }
  }

  /// Every way to end a run reaches the ranks as USR1: save and stop.
  @Test(arguments: [SIGTERM, SIGINT, SIGUSR1, SIGHUP])
  func signalsMeanSaveAndStop(signal: Int32) throws {
    let lines = """
      trap 'trap "" USR1; echo saved; sleep 0.5; exit 75' USR1
      echo ready
      for turn in {1..200}; do sleep 0.1; done
      """
    try withStandIn(lines) { program in
      let running = try RunningProgram(
        script("run"), ["-n", "2", "study.yaml", "--out", "x"],
        environment: ["OUROBOROS": program.path])
      let isReady = running.wait(timeoutSeconds: 20) {
        running.output.components(separatedBy: "ready").count == 3
      }
      #expect(isReady)
      running.send(signal: signal)
      let result = running.wait(timeoutSeconds: 15)
      #expect(result.status == 75 && !result.timedOut, "\(result.summary)")
      #expect(result.lines.filter { $0 == "saved" }.count == 2, "\(result.summary)")
    }
  }

  /// After a rank is lost a run that made progress is started again; one that did not is not.
  @Test(arguments: [true, false])
  func lostRanksAndProgress(makesProgress: Bool) throws {
    let record =
      makesProgress ? "mkdir -p RUN/segments; echo record >>RUN/segments/rank-0000.jsonl" : ""
    let lines = """
      echo start >>starts
      \(record)
      [ "$(wc -l <starts)" -ge 3 ] && exit 0
      kill -KILL $$
      """
    try withStandIn(lines) { program in
      let folder = program.deletingLastPathComponent()
      let result = try Launch.run(
        script("run"), ["-n", "1", "--restarts", "5", "study.yaml", "--out", "RUN"],
        environment: ["OUROBOROS": program.path], folder: folder)
      let starts = try String(contentsOf: folder.appendingPathComponent("starts"), encoding: .utf8)
      #expect(starts.split(separator: "\n").count == (makesProgress ? 3 : 1))
      #expect(result.status == (makesProgress ? 0 : 137), "\(result.summary)")
    }
  }

  /// A job that ended itself (75) is started again unless it was stopped in good order, and giving up is
  /// explained.
  @Test(arguments: ["stuck", "stopped", "stuck and idle", "stuck for ever"])
  func jobsThatEndThemselves(how: String) throws {
    let state = how == "stopped" ? "stopped" : "running"
    let record = how == "stuck and idle" ? "" : "echo record >>RUN/segments/rank-0000.jsonl"
    let end = how == "stuck" ? 3 : 100
    let lines = """
      echo start >>starts
      mkdir -p RUN/segments
      \(record)
      echo '{ "state" : "\(state)" }' >RUN/status.json
      [ "$(wc -l <starts)" -ge \(end) ] && exit 0
      exit 75
      """
    try withStandIn(lines) { program in
      let folder = program.deletingLastPathComponent()
      let result = try Launch.run(
        script("run"), ["-n", "1", "--restarts", "4", "study.yaml", "--out", "RUN"],
        environment: ["OUROBOROS": program.path], folder: folder)
      let starts = try String(contentsOf: folder.appendingPathComponent("starts"), encoding: .utf8)
      let count = starts.split(separator: "\n").count
      switch how {
      case "stuck": #expect(result.status == 0 && count == 3, "\(result.summary)")
      case "stopped": #expect(result.status == 75 && count == 1, "\(result.summary)")
      case "stuck and idle":
        #expect(result.status == 75 && count == 1, "\(result.summary)")
        #expect(result.errorOutput.contains("giving up: nothing was committed"))
      default:
        #expect(result.status == 75 && count == 5, "\(result.summary)")
        #expect(result.errorOutput.contains("giving up after 4 restarts"))
      }
    }
  }

  @Test(arguments: [
    "-oProxyCommand=touch slots=1", "node01;reboot", "node01 slots=x", "$(id)", "../node", "a b",
  ])
  func hostFilesThatCouldInjectAreRefused(line: String) throws {
    try withStandIn("exit 0") { program in
      let file = program.deletingLastPathComponent().appendingPathComponent("hosts.txt")
      try "# hosts\nnode01 slots=2\n\(line)\n".write(to: file, atomically: true, encoding: .utf8)
      let result = try Launch.run(
        script("cluster"), ["--hostfile", file.path, "study.yaml", "--out", "x"],
        environment: ["OUROBOROS": program.path])
      #expect(result.status == 65, "\(result.summary)")
      #expect(result.errorOutput.contains("hosts.txt:3:"))
    }
  }

  @Test func shippedParametersAndHostFileStartAJob() throws {
    try withStandIn("echo started") { program in
      let hosts = Launch.packageRoot.appendingPathComponent("hostfiles/one-host.txt")
      let result = try Launch.run(
        script("cluster"), ["--hostfile", hosts.path, "-n", "2", "study.yaml", "--out", "x"],
        environment: ["OUROBOROS": program.path])
      #expect(result.status == 0, "\(result.summary)")
      #expect(result.lines == ["started", "started"], "\(result.summary)")
    }
  }

  @Test(arguments: [["run"], ["run", "-n"], ["run", "-n", "0", "s"], ["cluster", "s"]])
  func wrongUseIsSaidAndNothingStarts(arguments: [String]) throws {
    let result = try Launch.run(script(arguments[0]), Array(arguments.dropFirst()))
    #expect(result.status == 64, "\(result.summary)")
    #expect(result.output.isEmpty && !result.errorOutput.isEmpty)
  }
}
