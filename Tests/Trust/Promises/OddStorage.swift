import Foundation
import ProgramSupport

/// P7: slow and odd file systems. Locks are counted on every file but `results.sqlite`, whose locks are
/// SQLite's and belong to one process, the coordinator.
struct OddStorage: Promise {
  let number = 7
  let statement = "no locks, no file with two writers, files published by rename: any file system will do"
  let programs = ["strace"]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    var systems: [String] = []
    for name in ["tmpfs", "ext4"] {
      do {
        try walk(on: name, bench, &evidence)
        systems.append(name)
      } catch is Unavailable {
        continue
      }
    }
    for call in bench.choice(of: try bench.calls(["rename"]), short: 4, long: 40) {
      if let (failure, _) = try bench.failing(call, error: "ESTALE") {
        evidence.record("ESTALE at \(call.description)", failure)
      }
    }
    for call in bench.choice(of: try bench.calls(["rename", "fsync", "openat"]), short: 2, long: 12) {
      evidence.record("slow \(call.description)", try delayed(call, bench))
    }
    let locks = try watch(bench, &evidence)
    let places = systems.isEmpty ? "no mounts" : systems.joined(separator: " and ")
    evidence.worst = "\(locks) locks on our files; walked \(places)"
    return evidence
  }

  /// A run of three ranks on a file system of its own, a process killed on the way.
  private func walk(on name: String, _ bench: Bench, _ evidence: inout Evidence) throws {
    let place = bench.freshPath(name)
    let disk =
      name == "tmpfs"
      ? try MountedFolder(memoryBytes: 64 << 20, at: place) : try MountedFolder(ext4Megabytes: 64, at: place)
    let reference = try bench.reference()
    for turn in 0..<bench.size(short: 1, long: 6) {
      let run = "\(disk.path)/run-\(turn)"
      let running = try bench.start(ranks: 3, ["run", bench.study(), "--out", run])
      _ = running.wait(timeoutSeconds: 20) { (try? bench.committedRecords(run).isEmpty) == false }
      if let victim = ProcessTable.job(of: running.identifier).randomElement(using: &bench.numbers) {
        kill(victim, SIGKILL)
      }
      let result = running.wait(timeoutSeconds: 60)
      var failure = result.timedOut ? "hung after a kill: \(result.summary)" : nil
      failure = try failure ?? bench.finish(run, ranks: 3)
      failure = try failure ?? bench.difference(run, from: reference.run)
      evidence.record("\(name), run \(turn)", failure)
      bench.remove(run)
    }
  }

  /// A call that takes long, as over a network.
  private func delayed(_ call: FileCall, _ bench: Bench) throws -> String? {
    let reference = try bench.reference("pico")
    let run = bench.freshPath()
    defer { bench.remove(run) }
    let result = try bench.traced(
      "pico", into: run, [call.name], faults: ["\(call.name):delay_exit=2000000:when=\(call.ordinal)"]
    ).result
    guard result.status == 0, result.seconds > 2 else { return result.summary }
    return try bench.difference(run, from: reference.run)
  }

  /// Looks at every lock and every file that is opened for appending in a run of three ranks.
  ///
  /// - Returns: the locks on our own files.
  private func watch(_ bench: Bench, _ evidence: inout Evidence) throws -> Int {
    let run = bench.freshPath()
    defer { bench.remove(run) }
    let (result, calls) = try bench.traced(
      ranks: 3, "nano", into: run, ["flock", "fcntl", "openat"], timeoutSeconds: 120)
    guard result.status == 0 else { throw Surprise("a traced run of three ranks", result) }
    let ours = calls.filter { $0.text.contains(run) }
    let locks = ours.filter { call in
      call.name == "flock" || ["F_SETLK", "F_OFD_SETLK"].contains { call.text.contains($0) }
    }
    let wild = locks.filter { !$0.text.contains("results.sqlite") }
    evidence.record("locks", wild.first.map { "a lock: \($0.description)" })
    let holders = Set(locks.filter { $0.text.contains("results.sqlite") }.map(\.process))
    evidence.record("lock holders", holders.count <= 1 ? nil : "\(holders.count) processes lock results.sqlite")
    var writers: [String: Set<Int32>] = [:]
    for call in ours where call.text.contains("O_APPEND") {
      // A call that another thread interrupts is printed without what it returned.
      let parts = call.text.split(separator: "\"")
      guard parts.count > 1 else { continue }
      writers[String(parts[1]), default: []].insert(call.process)
    }
    // Three ranks have two workers, each with its segment.
    let shared = writers.filter { $0.value.count > 1 }.keys.sorted()
    evidence.record(
      "appending", writers.count < 2 ? "only \(writers.count) files were appended to" : shared.first.map {
        "two processes append to \($0)"
      })
    return wild.count
  }
}
