import Foundation
import ProgramSupport

/// Stand-in hosts on this machine: each has a network, a host name and shared memory of its own; processes
/// and files they share. A switch in a namespace of its own joins them, so nothing of the machine's network
/// changes. Needs root and iproute2.
///
/// Open MPI takes hosts of one name for one host and would use shared memory, hence the host names.
final class NamespaceHosts {
  /// The names, `h1`, `h2`, ….
  let names: [String]
  /// The network that joins them.
  let network = "10.77.0.0/24"
  /// A program that is called as `ssh` would be: a host, then a command for its shell.
  var agent: String { "\(folder)/agent" }
  private let folder: String
  private let prefix: String

  /// Makes hosts joined by a switch, and removes those of tests that are gone.
  init(_ count: Int, on bench: Bench) throws {
    guard getuid() == 0 else { throw Unavailable("hosts in namespaces need root") }
    guard Launch.program("ip") != nil else { throw Unavailable("ip (iproute2) is not installed") }
    guard Launch.mpirun != nil else { throw Unavailable("mpirun is not on the search path") }
    Self.removeAbandoned()
    folder = bench.freshPath("hosts")
    names = (1...count).map { "h\($0)" }
    prefix = "ouroboros-\(getpid())-\(Self.nextNumber())-"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try writeScripts()
    do {
      try ip("netns add \(prefix)switch")
      try ip("-n \(prefix)switch link add bridge type bridge")
      try ip("-n \(prefix)switch link set bridge up")
      for (name, address) in zip(names, 1...) {
        try ip("netns add \(prefix)\(name)")
        try ip("-n \(prefix)switch link add \(name) type veth peer name eth0 netns \(prefix)\(name)")
        try ip("-n \(prefix)switch link set \(name) master bridge up")
        try ip("-n \(prefix)\(name) addr add 10.77.0.\(address)/24 dev eth0")
        try ip("-n \(prefix)\(name) link set eth0 up")
        try ip("-n \(prefix)\(name) link set lo up")
      }
    } catch let reason as Unavailable {
      remove()
      throw reason
    }
  }

  deinit { remove() }

  /// The words that run a command on a host, for the start of a command line.
  func on(_ host: String, _ command: [String]) -> [String] { ["\(folder)/on", host] + command }

  /// A host file with so many slots on each of the first hosts.
  func hostFile(slots: [Int]) throws -> String {
    let lines = zip(names, slots).filter { $1 > 0 }.map { "\($0) slots=\($1)" }
    let path = "\(folder)/slots-\(slots.map(String.init).joined(separator: "-")).txt"
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Starts a study by `launch/cluster` on the first host; one rank for each slot.
  ///
  /// - Parameters:
  ///   - rshAgent: what reaches a host; this object's own where it is nil.
  ///   - options: further options of `launch/cluster`.
  func start(
    _ study: String, out run: String, slots: [Int], options: [String] = [], rshAgent: String? = nil,
    _ more: [String] = []
  ) throws -> RunningProgram {
    let script = Launch.packageRoot.appendingPathComponent("launch/cluster").path
    let words =
      on(names[0], [script, "--hostfile", try hostFile(slots: slots), "--interface", network])
      + ["--rsh-agent", rshAgent ?? agent, "--restarts", "0"] + options + [study, "--out", run] + more
    return try RunningProgram(
      URL(fileURLWithPath: words[0]), Array(words.dropFirst()),
      environment: [
        "OUROBOROS": Launch.ouroboros.path, "OPENBLAS_NUM_THREADS": "1",
        // Two cores play all hosts.
        "OMPI_MCA_mpi_yield_when_idle": "1",
      ])
  }

  /// The processes on a host.
  func processes(on host: String) -> [ProcessTable.Entry] {
    let listed = (try? run(["netns", "pids", prefix + host]).output) ?? ""
    let numbers = Set(listed.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) })
    return ProcessTable.all().filter { numbers.contains($0.identifier) }
  }

  /// Ranks of a study on a host.
  func ranks(on host: String) -> [Int32] {
    processes(on: host).filter { $0.program == Launch.ouroboros.lastPathComponent }.map(\.identifier)
  }

  /// Waits for ranks to be there on the hosts that have slots.
  func waitForRanks(_ slots: [Int], of job: RunningProgram) -> Bool {
    job.wait(timeoutSeconds: 60) {
      zip(names, slots).allSatisfy { ranks(on: $0).count >= $1 }
    }
  }

  /// Cuts a host's cable, or plugs it in again.
  func cable(of host: String, isUp: Bool) throws {
    try ip("-n \(prefix)switch link set \(host) \(isUp ? "up" : "down")")
  }

  /// Makes a host's link slow: what the switch sends it passes a bucket of so many kilobits a second.
  ///
  /// - Throws: `Unavailable` where the kernel has no token bucket.
  func slowLink(of host: String, kilobits: Int) throws {
    let command = [
      "netns", "exec", "\(prefix)switch", "tc", "qdisc", "add", "dev", host, "root", "tbf", "rate",
      "\(kilobits)kbit", "burst", "16kbit", "latency", "200ms",
    ]
    let result = try run(command)
    guard result.status == 0 else { throw Unavailable("no slow links: \(result.errorOutput)") }
  }

  /// What a job has left on the hosts after some seconds: processes, and files in shared memory.
  func leftovers(patienceSeconds: Double = 15) -> [String] {
    let deadline = ContinuousClock.now + .seconds(patienceSeconds)
    while true {
      let found = names.flatMap { host in
        processes(on: host).filter { !($0.arguments.first ?? "").hasPrefix("sshd") }
          .map { "\(host): process \($0.identifier) \($0.arguments.prefix(3).joined(separator: " "))" }
          + ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/memory-\(host)")) ?? [])
          .map { "\(host): /dev/shm/\($0)" }
      }
      if found.isEmpty || ContinuousClock.now > deadline { return found }
      usleep(100_000)
    }
  }

  /// Ends what still runs on the hosts and removes them.
  func remove() {
    for name in names + ["switch"] { Self.remove(prefix + name) }
  }

  private static func remove(_ namespace: String) {
    let listed = (try? run(["netns", "pids", namespace]).output) ?? ""
    for number in listed.split(whereSeparator: \.isWhitespace).compactMap({ Int32($0) }) {
      kill(number, SIGKILL)
    }
    _ = try? run(["netns", "del", namespace])
  }

  private func writeScripts() throws {
    var table = "127.0.0.1 localhost\n"
    for (name, address) in zip(names, 1...) {
      table += "10.77.0.\(address) \(name)\n"
      try FileManager.default.createDirectory(
        atPath: "\(folder)/memory-\(name)", withIntermediateDirectories: true)
    }
    try table.write(toFile: "\(folder)/table", atomically: true, encoding: .utf8)
    // `ip netns exec` gives the command mounts of its own.
    try script(
      "on",
      """
      host="$1"; shift
      exec ip netns exec "\(prefix)$host" unshare --uts bash -c '
        hostname "$0"
        mount --bind "\(folder)/table" /etc/hosts
        mount --bind "\(folder)/memory-$0" /dev/shm
        exec "$@"' "$host" "$@"
      """)
    // In a session of its own: what ssh starts on a host outlives the ssh that started it.
    try script("agent", "host=\"$1\"; shift\nexec setsid --fork --wait \"\(folder)/on\" \"$host\" bash -c \"$*\"")
  }

  private func script(_ name: String, _ lines: String) throws {
    try "#!/bin/bash\n\(lines)\n".write(
      toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
  }

  private func ip(_ words: String) throws {
    let result = try run(words.split(separator: " ").map(String.init))
    guard result.status == 0 else { throw Unavailable("ip \(words): \(result.errorOutput)") }
  }

  private func run(_ arguments: [String]) throws -> ProgramResult { try Self.run(arguments) }

  private static func run(_ arguments: [String]) throws -> ProgramResult {
    guard let ip = Launch.program("ip") else { throw Unavailable("ip (iproute2) is not installed") }
    return try Launch.run(ip, arguments, timeoutSeconds: 20)
  }

  /// Removes the hosts of tests that were killed.
  private static func removeAbandoned() {
    let present = (try? FileManager.default.contentsOfDirectory(atPath: "/run/netns")) ?? []
    for name in present where name.hasPrefix("ouroboros-") {
      let words = name.split(separator: "-")
      if words.count == 4, let owner = Int32(words[1]), kill(owner, 0) != 0, errno == ESRCH {
        remove(name)
      }
    }
  }

  /// Tests of one process that make hosts one after another.
  private nonisolated(unsafe) static var made = 0

  private static func nextNumber() -> Int {
    made += 1
    return made
  }
}
