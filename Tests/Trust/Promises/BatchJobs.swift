import Foundation
import ProgramSupport

/// P30: the scripts for batch systems on several hosts, in a stand-in of their surroundings: a list
/// of hosts, a submitting command that writes down what it is given, and hosts in namespaces.
struct BatchJobs: Promise {
  let number = 30
  let statement = "scripts for Grid Engine, PBS and LSF save before the limit and go on, to the same bits"
  private let more = ["--set", "generations=80"]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let hosts = try NamespaceHosts(3, on: bench)
    defer { hosts.remove() }
    let reference = try bench.reference("nano", more)
    let programs = try makeStandIns(hosts, bench)
    var jobs = 0
    let schedulers = ["pbs", "lsf", "sge"]
    // One of them in the short form.
    let chosen = bench.isLong ? schedulers : [schedulers.randomElement(using: &bench.numbers) ?? "pbs"]
    for scheduler in chosen {
      let run = bench.freshPath()
      let failure = try goOn(scheduler, run, hosts, programs, bench, &jobs)
      evidence.record(scheduler, try failure ?? bench.difference(run, from: reference.run))
      evidence.record("\(scheduler), hosts afterwards", left(hosts))
      let stopped = try endedByHand(scheduler, hosts, programs, bench)
      evidence.record("\(scheduler), ended by hand", stopped)
      bench.remove(run)
    }
    evidence.worst = "\(jobs) jobs for \(chosen.count) studies (\(chosen.joined(separator: ", "))); surroundings are stand-ins"
    return evidence
  }

  /// Runs the script as the batch system would, again as long as it asks for it.
  private func goOn(
    _ scheduler: String, _ run: String, _ hosts: NamespaceHosts, _ programs: String, _ bench: Bench,
    _ jobs: inout Int
  ) throws -> String? {
    // A minute, of which the run may use some four seconds.
    let script = try script(scheduler, run, saveBefore: 56, bench)
    for turn in 0..<20 {
      try? FileManager.default.removeItem(atPath: "\(programs)/submitted")
      let result = try start(scheduler, script, hosts, programs).wait(timeoutSeconds: 120)
      jobs += 1
      let submitted = try? String(contentsOfFile: "\(programs)/submitted", encoding: .utf8)
      let isAgain: Bool
      switch scheduler {
      case "pbs": isAgain = submitted == "\(script)\n" && result.status == 0
      case "lsf": isAgain = result.status == 75
      default: isAgain = result.status == 99
      }
      if !isAgain {
        guard result.status == 0, submitted == nil else { return result.summary }
        return turn > 0 ? nil : "the study was done in one job"
      }
    }
    return "not done after 20 jobs"
  }

  /// A job that is deleted saves and does not come back.
  private func endedByHand(
    _ scheduler: String, _ hosts: NamespaceHosts, _ programs: String, _ bench: Bench
  ) throws -> String? {
    let run = bench.freshPath()
    try? FileManager.default.removeItem(atPath: "\(programs)/submitted")
    let job = try start(scheduler, try script(scheduler, run, saveBefore: 1, bench), hosts, programs)
    guard job.wait(timeoutSeconds: 60, until: { fileBytes(under: "\(run)/segments") > 0 }), job.isRunning else {
      return "no progress: \(job.wait(timeoutSeconds: 30).summary)"
    }
    job.send(signal: scheduler == "sge" ? SIGUSR2 : SIGTERM)
    let result = job.wait(timeoutSeconds: 60)
    // 75 is an ordinary end for PBS and Grid Engine, and a way back into the queue for LSF.
    guard result.status == (scheduler == "sge" || scheduler == "pbs" ? 75 : 0) else { return result.summary }
    guard !FileManager.default.fileExists(atPath: "\(programs)/submitted") else { return "it was submitted again" }
    let verified = try bench.ouroboros(["verify", run])
    bench.remove(run)
    return verified.status == 75 ? left(hosts) : verified.summary
  }

  private func script(_ scheduler: String, _ run: String, saveBefore: Int, _ bench: Bench) throws -> String {
    let path = bench.freshPath("job.sh")
    let result = try bench.ouroboros(
      ["script", "--scheduler", scheduler, bench.study(), "--out", run] + more + [
        "--nodes", "3", "--ranks-per-node", "1", "--hours", "0.016", "--save-before", "\(saveBefore)",
        "-o", path, "--launch", Launch.packageRoot.appendingPathComponent("launch").path,
      ])
    guard result.status == 0 else { throw Surprise("ouroboros script", result) }
    return path
  }

  private func start(
    _ scheduler: String, _ script: String, _ hosts: NamespaceHosts, _ programs: String
  ) throws -> RunningProgram {
    let words = hosts.on(hosts.names[0], ["/bin/bash", script])
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let variable = ["pbs": "PBS_NODEFILE", "lsf": "LSB_DJOB_HOSTFILE", "sge": "PE_HOSTFILE"][scheduler] ?? ""
    return try RunningProgram(
      URL(fileURLWithPath: words[0]), Array(words.dropFirst()),
      environment: [
        "PATH": "\(programs):\(path)", variable: "\(programs)/hosts-\(scheduler)",
        "PBS_O_WORKDIR": programs, "OPENBLAS_NUM_THREADS": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
      ])
  }

  /// `ssh` and `qsub`, and the lists of hosts in the forms of the batch systems.
  private func makeStandIns(_ hosts: NamespaceHosts, _ bench: Bench) throws -> String {
    let folder = bench.freshPath("programs")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let programs = [
      "ssh": "while [[ \"$1\" == -* ]]; do [ \"$1\" != -o ] || shift; shift; done\nexec \"\(hosts.agent)\" \"$@\"",
      "qsub": "printf '%s\\n' \"$*\" >\"\(folder)/submitted\"",
    ]
    for (name, lines) in programs {
      try "#!/bin/bash\n\(lines)\n".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }
    let once = "h1\nh1\nh2\nh3\n"
    let lists = ["pbs": once, "lsf": once, "sge": "h1 2 all.q@h1 UNDEFINED\nh2 1 all.q@h2 UNDEFINED\nh3 1 all.q@h3 UNDEFINED\n"]
    for (name, text) in lists {
      try text.write(toFile: "\(folder)/hosts-\(name)", atomically: true, encoding: .utf8)
    }
    return folder
  }

  private func left(_ hosts: NamespaceHosts) -> String? {
    let left = hosts.leftovers()
    return left.isEmpty ? nil : "left behind: \(left.joined(separator: ", "))"
  }
}
