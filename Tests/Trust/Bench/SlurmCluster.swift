import Foundation
import ProgramSupport

/// Slurm on this machine, with one node: daemons, keys, ports and state of its own in the bench's folder.
/// Two queues: jobs in `high` preempt those in `low`. Needs root.
final class SlurmCluster {
  private let folder: String

  /// A job as Slurm sees it.
  struct Job {
    let state: String
    let restarts: Int
  }

  init(on bench: Bench) throws {
    guard getuid() == 0 else { throw Unavailable("Slurm's daemons need root") }
    folder = bench.freshPath("slurm")
    for name in ["state", "spool"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    var key = Data(count: 1024)
    for index in key.indices { key[index] = UInt8.random(in: .min ... .max, using: &bench.numbers) }
    try key.write(to: URL(fileURLWithPath: "\(folder)/key"))
    try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: "\(folder)/key")
    try settings().write(toFile: "\(folder)/slurm.conf", atomically: true, encoding: .utf8)
    do {
      try start([
        "munged", "--force", "--key-file", "\(folder)/key", "--socket", "\(folder)/munge.sock",
        "--pid-file", "\(folder)/munged.pid", "--log-file", "\(folder)/munged.log",
        "--seed-file", "\(folder)/munged.seed",
      ])
      try start(["slurmctld", "-f", "\(folder)/slurm.conf"])
      try start(["slurmd", "-f", "\(folder)/slurm.conf"])
      for _ in 0..<60 where try ask(["sinfo", "-h", "-o", "%T"]).lines.contains("idle") == false { usleep(500_000) }
      guard try ask(["sinfo", "-h", "-o", "%T"]).lines.contains("idle") else {
        throw Unavailable("Slurm's node did not come up: \(try ask(["sinfo"]).output)")
      }
    } catch {
      stop()
      throw error
    }
  }

  deinit { stop() }

  /// Submits a script, or with `--wrap` a command.
  ///
  /// - Returns: the job's number.
  func submit(_ arguments: [String]) throws -> String {
    let result = try ask(["sbatch", "--parsable"] + arguments)
    guard result.status == 0, let number = result.lines.last else { throw Surprise("sbatch", result) }
    return number
  }

  /// A job's state and how many times it was queued again.
  func job(_ number: String) throws -> Job {
    let text = try ask(["scontrol", "show", "job", number]).output
    func field(_ name: String) -> String {
      guard let range = text.range(of: " \(name)=") else { return "" }
      return String(text[range.upperBound...].prefix { !$0.isWhitespace })
    }
    return Job(state: field("JobState"), restarts: Int(field("Restarts")) ?? 0)
  }

  /// Waits for a condition on a job.
  func wait(for number: String, timeoutSeconds: Double, until condition: (Job) -> Bool) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
    while ContinuousClock.now < deadline {
      if condition(try job(number)) { return true }
      usleep(500_000)
    }
    return false
  }

  func cancel(_ number: String) throws { _ = try ask(["scancel", number]) }

  /// Ends the daemons and with them all jobs.
  func stop() {
    _ = try? ask(["scancel", "--full", "-u", "root"])
    for name in ["slurmd", "slurmctld", "munged"] {
      let text = (try? String(contentsOfFile: "\(folder)/\(name).pid", encoding: .utf8)) ?? ""
      guard let daemon = Int32(text.filter(\.isNumber)) else { continue }
      kill(daemon, SIGTERM)
      for _ in 0..<100 where kill(daemon, 0) == 0 { usleep(100_000) }
    }
  }

  private func ask(_ words: [String]) throws -> ProgramResult {
    guard let program = Launch.program(words[0]) else { throw Unavailable("\(words[0]) is not installed") }
    return try Launch.run(
      program, Array(words.dropFirst()),
      environment: [
        "SLURM_CONF": "\(folder)/slurm.conf", "OPENBLAS_NUM_THREADS": "1",
        "OMPI_MCA_mpi_yield_when_idle": "1",
      ],
      folder: URL(fileURLWithPath: folder), timeoutSeconds: 60)
  }

  /// Starts a daemon, which goes into the background.
  private func start(_ words: [String]) throws {
    guard let program = Launch.program(words[0]) else { throw Unavailable("\(words[0]) is not installed") }
    // Foundation waits for the end of all that hold a descriptor of its own, also of a daemon.
    let closing = "for file in /proc/self/fd/*; do n=${file##*/}; [ $n -le 2 ] || eval \"exec $n>&-\"; done; exec \"$@\""
    let result = try ask(["bash", "-c", closing, "start", program.path] + words.dropFirst())
    guard result.status == 0 else { throw Unavailable("\(words[0]) does not start: \(result.errorOutput)") }
  }

  private func settings() -> String {
    let full = ProcessInfo.processInfo.hostName
    let host = full.split(separator: ".").first.map(String.init) ?? full
    // Two ports of this test alone, as far as numbers of processes differ.
    let port = 20_000 + Int(getpid()) % 10_000 * 2
    return """
      ClusterName=trust
      SlurmctldHost=\(host)(127.0.0.1)
      SlurmctldPort=\(port)
      SlurmdPort=\(port + 1)
      AuthType=auth/munge
      # A job that is queued again waits as long as its credential lives, two minutes where nothing is said.
      AuthInfo=socket=\(folder)/munge.sock,cred_expire=5
      CredType=cred/munge
      ProctrackType=proctrack/linuxproc
      TaskPlugin=task/none
      SelectType=select/cons_tres
      SelectTypeParameters=CR_Core
      SlurmUser=root
      ReturnToService=2
      MpiDefault=none
      KillWait=20
      StateSaveLocation=\(folder)/state
      SlurmdSpoolDir=\(folder)/spool
      SlurmctldPidFile=\(folder)/slurmctld.pid
      SlurmdPidFile=\(folder)/slurmd.pid
      SlurmctldLogFile=\(folder)/slurmctld.log
      SlurmdLogFile=\(folder)/slurmd.log
      PreemptType=preempt/partition_prio
      PreemptMode=REQUEUE
      SchedulerParameters=sched_interval=2,batch_sched_delay=1
      NodeName=\(host) NodeAddr=127.0.0.1 CPUs=\(max(ProcessInfo.processInfo.activeProcessorCount, 2)) State=UNKNOWN
      PartitionName=low Nodes=\(host) Default=YES MaxTime=INFINITE State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=20
      PartitionName=high Nodes=\(host) MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF

      """
  }
}
