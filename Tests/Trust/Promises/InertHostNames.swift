import Foundation
import ProgramSupport

/// P22: what stands in host files and options of `launch/cluster` cannot become an option or a command.
///
/// A stand-in for `mpirun` writes down what it was given. An injection is a command that ran, an
/// argument that came from a value, or a host file that holds more than names and slot counts.
struct InertHostNames: Promise {
  let number = 22
  let statement = "host files, networks and file names cannot inject options or commands"

  /// Fragments of which lines are made: names, and what shells, ssh and Open MPI read in a special way.
  private static let fragments = [
    "node01", "10.0.0.7", "localhost", "slots=2", "max_slots=4", " ", "\t", "#", "# note", ",", ":", "+n0",
    "-oProxyCommand=touch CANARY", "-x", "--mca", "--host", "$(touch CANARY)", "`touch CANARY`",
    "; touch CANARY", "| touch CANARY", "&& touch CANARY", "\"", "'", "\\", "\r", "\u{0}", "\u{b}", "\u{1b}[2J",
    "user@node01", "../node", "/etc/passwd", "*", "~", "{a,b}", "é", "n\u{f6}de", "🙂", "%s", "slots=-1", "slots=99999999999999999999",
    "slots=$(touch CANARY)", "^node01", "!", "<(touch CANARY)", ">CANARY", "\u{2028}", "\u{a0}", "=", "node-", "-node",
  ]

  /// Lines that once got through somewhere, or nearly.
  private static let table = [
    "-oProxyCommand=touch CANARY slots=1", "node01;touch CANARY", "node01 slots=x", "$(touch CANARY)", "../node",
    "a b", "node01 -x PATH", "node01\rslots=2", "node01 slots=2\r", "node01\u{0}-oProxyCommand=touch CANARY",
    "user@node01", "root@node01 slots=1", "node01 username=root", "node01 slots=2 # $(touch CANARY)",
    "node01 # -oProxyCommand", "n\u{f6}de01", "node01,node02", "+n0", "+e:2", "node01:4", "node01/tmp", "#", "",
    "node01 slots = 2", "node01 slots=2 --mca plm_rsh_agent touch", "rank 0=node01 slot=0", "node01\u{b}slots=2",
    "relative", "localhost", String(repeating: "a", count: 5000), String(repeating: "a ", count: 3000),
  ]

  /// A case: the bytes of a host file, its name, and options.
  private struct Attempt {
    var hosts = "node01 slots=2\n"
    var hostFile = "hosts.txt"
    var options: [String] = []
    var run = "RUN"
  }

  let programs = ["bash"]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let folder = bench.freshPath("fuzz")
    try makeStandIns(folder)
    var attempts = Self.table.map { Attempt(hosts: "# hosts\nnode00 slots=2\n\($0)\n") }
    attempts += Self.table.filter { !$0.contains("\u{0}") }.flatMap { text in
      [
        Attempt(options: ["--interface", text]), Attempt(options: ["--rsh-agent", text]),
        Attempt(options: ["-n", text]), Attempt(options: ["--lost-after", text]), Attempt(options: ["--fabric", text]),
        Attempt(options: ["--restarts", text]),
        Attempt(run: text.isEmpty ? " " : text),
      ]
    }
    attempts += ["-x", "--mca", "a b.txt", "$(touch CANARY)", "'", "\"", "*", ";touch CANARY", "-", "{a,b}", "é"].map {
      Attempt(hostFile: $0)
    }
    attempts.append(Attempt(run: ":"))
    for _ in 0..<bench.size(short: 100, long: 1500) { attempts.append(random(bench)) }
    var handedOn = 0
    // A sample of the table in the short form; every kind of case is in it.
    if !bench.isLong { attempts = Array(attempts.shuffled(using: &bench.numbers).prefix(200)) }
    for attempt in attempts {
      let failure = try judge(attempt, folder, &handedOn)
      let shown = "\(attempt.hosts.prefix(120)), \(attempt.hostFile) \(attempt.options) \(attempt.run)"
      evidence.record(shown.debugDescription, failure)
    }
    if handedOn == 0 { evidence.record("plain host files", "none was accepted") }
    evidence.worst =
      "\(evidence.failures.count) injections; \(handedOn) inputs were plain and handed on, the others refused"
    return evidence
  }

  private func random(_ bench: Bench) -> Attempt {
    func line() -> String {
      (0..<Int.random(in: 1...5, using: &bench.numbers))
        .map { _ in Self.fragments.randomElement(using: &bench.numbers) ?? "" }.joined()
    }
    var attempt = Attempt()
    attempt.hosts = (0..<Int.random(in: 1...3, using: &bench.numbers)).map { _ in line() }
      .joined(separator: "\n")
    if Bool.random(using: &bench.numbers) { attempt.hosts += "\n" }
    if Int.random(in: 0..<4, using: &bench.numbers) == 0 {
      let option = ["--interface", "--rsh-agent", "-n", "--lost-after"].randomElement(using: &bench.numbers)
      attempt.hosts = "node01 slots=2\n"
      attempt.options = [option ?? "-n", line().replacingOccurrences(of: "\u{0}", with: "")]
    }
    return attempt
  }

  /// The stand-ins: `mpirun`, which writes down its arguments and keeps the host file, and `ouroboros`.
  private func makeStandIns(_ folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder)/programs", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: "\(folder)/place", withIntermediateDirectories: true)
    let programs = [
      "mpirun": """
        printf '%s\\0' "$@" >"\(folder)/arguments"
        while [ $# -gt 0 ]; do
          if [ "$1" = --hostfile ]; then cat -- "$2" >"\(folder)/kept"; break; fi
          shift
        done
        """,
      "ouroboros": "exit 0",
    ]
    for (name, lines) in programs {
      let path = "\(folder)/programs/\(name)"
      try "#!/bin/bash\n\(lines)\n".write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
  }

  /// Starts `launch/cluster` with an attempt.
  ///
  /// - Returns: the injection; nil where there was none.
  private func judge(_ attempt: Attempt, _ folder: String, _ handedOn: inout Int) throws -> String? {
    let place = "\(folder)/place"
    for name in try FileManager.default.contentsOfDirectory(atPath: place) {
      try FileManager.default.removeItem(atPath: "\(place)/\(name)")
    }
    for name in ["arguments", "kept"] { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
    try Data(attempt.hosts.utf8).write(to: URL(fileURLWithPath: "\(place)/\(attempt.hostFile)"))
    let study = ["study.yaml", "--out", attempt.run]
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let result = try Launch.run(
      Launch.packageRoot.appendingPathComponent("launch/cluster"),
      ["--hostfile", attempt.hostFile] + attempt.options + study,
      environment: [
        "PATH": "\(folder)/programs:\(path)", "OUROBOROS": "\(folder)/programs/ouroboros",
        "LANG": "C.UTF-8",
      ],
      folder: URL(fileURLWithPath: place), timeoutSeconds: 30)
    let names = try FileManager.default.contentsOfDirectory(atPath: place)
    if names != [attempt.hostFile] { return "a command ran: \(names)" }
    if result.errorOutput.contains("\u{1b}") { return "an escape sequence reached the terminal" }
    guard let recorded = FileManager.default.contents(atPath: "\(folder)/arguments") else {
      return [64, 65, 66].contains(result.status) ? nil : "neither refused nor started: \(result.summary)"
    }
    handedOn += 1
    let words = recorded.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
    return words.isEmpty ? "no arguments" : injection(words, attempt, folder, study)
  }

  private func injection(
    _ words: [String], _ attempt: Attempt, _ folder: String, _ study: [String]
  ) -> String? {
    // Everything after the program is the program's; before it there are only options that we know.
    let command = ["\(folder)/programs/ouroboros", "run"] + study
    guard words.count > command.count, Array(words.suffix(command.count)) == command else {
      return "not the arguments that were given: \(words)"
    }
    if study.contains(":") { return "a colon starts another program: \(words)" }
    var rest = words.dropLast(command.count)
    while let option = rest.popFirst() {
      let values: Int
      switch option {
      case "--hostfile", "--tune", "-x", "-n": values = 1
      case "--mca": values = 2
      default: return "an option of its own: \(option)"
      }
      guard rest.count >= values else { return "an option without value: \(option)" }
      for value in rest.prefix(values) where value.isEmpty || (value.hasPrefix("-") && option != "--hostfile") {
        return "\(option) takes '\(value)'"
      }
      if option == "--mca", let parameter = rest.first, let value = rest.dropFirst().first {
        let isPlain = value.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || "0123456789 ./_+=:-".unicodeScalars.contains($0)) }
        if !isPlain || parameter.contains(where: { !$0.isLetter && $0 != "_" }) { return "--mca \(parameter) '\(value)'" }
      }
      rest = rest.dropFirst(values)
    }
    guard let kept = FileManager.default.contents(atPath: "\(folder)/kept") else { return "no host file" }
    for line in kept.split(separator: UInt8(ascii: "\n")) {
      if let wrong = unlikeHost(Array(line)) { return "handed on: \(wrong)" }
    }
    return nil
  }

  /// The grammar of a line once more, by hand: `HOST [slots=N] [max_slots=N] [# …]`.
  private func unlikeHost(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    let code = bytes.prefix { $0 != UInt8(ascii: "#") }
    if bytes.contains(0) { return "a zero byte" }
    let words = code.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map(Array.init)
    for (index, word) in words.enumerated() {
      let name = String(decoding: word, as: UTF8.self)
      let digits = name.hasPrefix("slots=") ? name.dropFirst(6) : name.hasPrefix("max_slots=") ? name.dropFirst(10) : ""
      if index > 0 {
        if digits.isEmpty || !digits.utf8.allSatisfy({ (48...57).contains($0) }) { return text }
      } else {
        let isAlphanumeric: (UInt8) -> Bool = { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
        guard let first = word.first, isAlphanumeric(first),
          word.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
        else { return text }
      }
    }
    return nil
  }
}
