import Foundation
import ProgramSupport

/// An ssh server on each of the stand-in hosts, with keys and settings of its own in the bench's folder;
/// neither the machine's server nor the user's settings are read.
final class ShellServers {
  /// The `ssh` that reaches them, for `launch/cluster --rsh-agent`.
  var agent: String { "ssh -F \(folder)/client" }
  private let folder: String
  private let hosts: NamespaceHosts

  init(_ hosts: NamespaceHosts, on bench: Bench) throws {
    guard let server = Launch.program("sshd") else { throw Unavailable("sshd is not installed") }
    guard let makeKey = Launch.program("ssh-keygen") else {
      throw Unavailable("ssh-keygen is not installed")
    }
    self.hosts = hosts
    folder = bench.freshPath("servers")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // The server insists on this folder, which its package makes at start-up of the machine.
    try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
    for name in ["user", "stranger"] + hosts.names {
      let made = try Launch.run(
        makeKey, ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", "\(folder)/\(name)"])
      guard made.status == 0 else { throw Surprise("ssh-keygen", made) }
    }
    try FileManager.default.copyItem(atPath: "\(folder)/user.pub", toPath: "\(folder)/authorised")
    try trust(hosts.names)
    try write(
      "client",
      """
      Host *
        User root
        IdentityFile \(folder)/user
        IdentitiesOnly yes
        UserKnownHostsFile \(folder)/known
        GlobalKnownHostsFile /dev/null
        StrictHostKeyChecking yes
        PasswordAuthentication no
        BatchMode yes
        ConnectTimeout 20
        LogLevel ERROR
      """)
    for host in hosts.names {
      try write(
        "server-\(host)",
        """
        ListenAddress 0.0.0.0
        HostKey \(folder)/\(host)
        AuthorizedKeysFile \(folder)/authorised
        PidFile \(folder)/\(host).pid
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        StrictModes no
        UsePAM no
        PrintMotd no
        """)
      // In the background: a server closes all it inherits, which Foundation takes for its end.
      let words = hosts.on(host, [server.path, "-f", "\(folder)/server-\(host)"])
      let started = try Launch.run(URL(fileURLWithPath: words[0]), Array(words.dropFirst()))
      guard started.status == 0 else { throw Surprise("sshd", started) }
    }
    try waitUntilReachable()
  }

  /// Writes the keys by which the client knows the hosts: their own, or a stranger's for one of them.
  func trust(_ known: [String], changed: String? = nil) throws {
    let lines = try known.map { host in
      let key = try String(contentsOfFile: "\(folder)/\(host == changed ? "stranger" : host).pub", encoding: .utf8)
      return "\(host) \(key.split(separator: " ").prefix(2).joined(separator: " "))"
    }
    try write("known", lines.joined(separator: "\n"))
  }

  /// Ends the servers.
  func stop() {
    for host in hosts.names {
      let text = (try? String(contentsOfFile: "\(folder)/\(host).pid", encoding: .utf8)) ?? ""
      if let server = Int32(text.filter(\.isNumber)) { kill(server, SIGTERM) }
    }
  }

  private func waitUntilReachable() throws {
    for host in hosts.names {
      let words = hosts.on(
        hosts.names[0], agent.split(separator: " ").map(String.init) + [host, "hostname"])
      var last: ProgramResult?
      for _ in 0..<8 {
        let answer = try Launch.run(
          URL(fileURLWithPath: words[0]), Array(words.dropFirst()), timeoutSeconds: 15)
        if answer.status == 0, answer.lines == [host] { last = nil; break }
        last = answer
        usleep(500_000)
      }
      if let last {
        stop()
        throw Unavailable("no ssh to \(host): \(last.errorOutput.prefix(200))")
      }
    }
  }

  private func write(_ name: String, _ text: String) throws {
    try (text + "\n").write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }
}
