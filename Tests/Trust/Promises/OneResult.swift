import Foundation
import ProgramSupport

/// P12: the results are a function of the study.
struct OneResult: Promise {
  let number = 12
  let statement = "one study, one result: repeated, on any ranks and hosts, with ranks held up at random"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let reference = try bench.reference()
    var results: Set<[String: Data]> = [try contents(reference.run, bench)]
    func judge(_ name: String, _ run: String, _ result: ProgramResult) throws {
      var failure: String?
      if result.status != 0 {
        failure = result.summary
      } else {
        failure = try bench.difference(run, from: reference.run)
        results.insert(try contents(run, bench))
      }
      evidence.record(name, failure)
      bench.remove(run)
    }
    for ranks in bench.isLong ? (0..<2).flatMap({ _ in Array(0...8) }) : [0, 2, 4] {
      let run = bench.freshPath()
      try judge(
        "\(ranks) ranks", run,
        try bench.ouroboros(ranks: ranks, ["run", bench.study(), "--out", run], timeoutSeconds: 180))
    }
    var holds = 0
    for _ in 0..<bench.size(short: 2, long: 10) {
      let run = bench.freshPath()
      let ranks = Int.random(in: 2...4, using: &bench.numbers)
      let job = try bench.start(ranks: ranks, ["run", bench.study(), "--out", run])
      holds += holdUp(job, bench)
      try judge("\(ranks) ranks held up at random", run, job.wait(timeoutSeconds: 180))
    }
    if let hosts = try? NamespaceHosts(3, on: bench) {
      defer { hosts.remove() }
      for slots in bench.isLong ? [[1, 1], [1, 1, 1], [2, 1, 1], [0, 2, 2], [3, 2, 1]] : [[1, 1, 1]] {
        let run = bench.freshPath()
        try judge(
          "hosts of \(slots) ranks", run,
          try hosts.start(bench.study(), out: run, slots: slots).wait(timeoutSeconds: 180))
      }
    }
    evidence.record("ranks with unlike kernels", try unlikeKernels(bench))
    // The same sources without optimisation, where somebody has built them.
    let debug = Launch.packageRoot.appendingPathComponent(".build/debug/ouroboros")
    let hasDebug = bench.isLong && FileManager.default.isExecutableFile(atPath: debug.path)
    if hasDebug {
      let run = bench.freshPath()
      try judge(
        "debug build", run,
        try Launch.run(
          debug, ["run", bench.study(), "--out", run], environment: ["OPENBLAS_NUM_THREADS": "1"],
          timeoutSeconds: 300))
    }
    evidence.worst =
      "\(results.count) distinct result\(results.count == 1 ? "" : "s"); \(holds) times a rank held up"
      + (hasDebug ? "" : "; no debug build to compare")
    if holds == 0 { evidence.record("holding ranks up", "no rank was ever held up") }
    return evidence
  }

  /// Stops random ranks for some tenths of a second, again and again while the job runs, which changes
  /// the order in which chains are handed out.
  ///
  /// - Returns: how many times.
  private func holdUp(_ job: RunningProgram, _ bench: Bench) -> Int {
    var holds = 0
    let deadline = ContinuousClock.now + .seconds(60)
    while job.isRunning, ContinuousClock.now < deadline {
      usleep(UInt32.random(in: 20_000...200_000, using: &bench.numbers))
      guard let rank = ProcessTable.ranks(of: job.identifier).randomElement(using: &bench.numbers)
      else { continue }
      if kill(rank, SIGSTOP) == 0 { holds += 1 }
      usleep(UInt32.random(in: 100_000...400_000, using: &bench.numbers))
      kill(rank, SIGCONT)
    }
    return holds
  }

  /// Ranks with other kernels would give other bits, so the run refuses to start.
  private func unlikeKernels(_ bench: Bench) throws -> String? {
    let program = bench.freshPath("ouroboros")
    let lines = """
      #!/bin/bash
      # The kernels that every processor has.
      if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then export OUROBOROS_ISA=baseline OPENBLAS_CORETYPE=Prescott; fi
      exec "\(Launch.ouroboros.path)" "$@"
      """
    try (lines + "\n").write(toFile: program, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let run = bench.freshPath()
    let result = try bench.ouroboros(
      ranks: 3, ["run", bench.study(), "--out", run], environment: ["OUROBOROS": program])
    guard result.status == 78, result.errorOutput.contains("different kernels") else {
      return "it went on: \(result.summary)"
    }
    return FileManager.default.fileExists(atPath: run) ? "it made the run directory" : nil
  }

  /// What a run gives: every kept file, and the exported tables without times.
  private func contents(_ run: String, _ bench: Bench) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for folder in ["samples", "models", "gallery"] {
      for (name, data) in try bench.files("\(run)/\(folder)") { found["\(folder)/\(name)"] = data }
    }
    let tables = bench.freshPath("tables")
    let exported = try bench.ouroboros(["export", run, "--csv", tables])
    guard exported.status == 0 else { throw Surprise("export", exported) }
    for (name, data) in try bench.files(tables) where !name.contains("timing") { found[name] = data }
    bench.remove(tables)
    return found
  }
}
