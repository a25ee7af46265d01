import Foundation
import ProgramSupport

/// A file-system call of a traced run.
struct FileCall {
  /// The thread that made it, as strace counts.
  let process: Int32
  /// E.g. `fsync`.
  let name: String
  /// Which call of this name it is in its thread, from 1: what strace's `when=` means.
  let ordinal: Int
  /// The call as strace prints it, descriptors with their paths.
  let text: String

  /// The descriptor it was given, for calls whose first argument is one.
  var descriptor: Int? {
    guard let open = text.firstIndex(of: "(") else { return nil }
    return Int(text[text.index(after: open)...].prefix(while: \.isNumber))
  }

  var description: String { "\(name) #\(ordinal), \(text.prefix(160))" }

  /// Every call by which a run changes its folder.
  static let changing = [
    "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "openat", "unlink",
    "unlinkat", "ftruncate", "close", "mkdir", "mkdirat",
  ]

  /// Reads a log of `strace -f -y`.
  static func read(_ path: String) throws -> [FileCall] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    var counts: [String: Int] = [:]
    return text.split(separator: "\n").compactMap { line in
      // Short process numbers are followed by more than one space.
      let call = line.drop { $0.isNumber || $0 == " " }
      // A call that another thread interrupts stands there twice; the first line has its arguments.
      guard let process = Int32(line.prefix { $0.isNumber }), !call.hasPrefix("<..."),
        let open = call.firstIndex(of: "(")
      else { return nil }
      let name = String(call[..<open])
      let key = "\(process) \(name)"
      counts[key, default: 0] += 1
      return FileCall(
        process: process, name: name, ordinal: counts[key] ?? 0,
        text: call.trimmingCharacters(in: .whitespaces))
    }
  }
}

extension Bench {
  /// What starts a command under strace. (`--seccomp-bpf` would be faster, but version 6.1 injects no
  /// signals then.)
  ///
  /// - Parameter faults: strace's `inject` expressions, e.g. `fsync:error=EIO:when=3`.
  func strace(_ calls: [String], log: String = "/dev/null", faults: [String] = []) -> [String] {
    ["strace", "-f", "-y", "-qq", "-o", log, "-e", "trace=" + calls.joined(separator: ",")]
      + faults.flatMap { ["-e", "inject=" + $0] }
  }

  /// Runs a study under strace.
  ///
  /// - Returns: how it ended, and all calls of these names.
  func traced(
    ranks: Int = 0, _ study: String, into run: String, _ calls: [String], faults: [String] = [],
    timeoutSeconds: Double = 60
  ) throws -> (result: ProgramResult, calls: [FileCall]) {
    let log = freshPath("log")
    defer { remove(log) }
    let result = try ouroboros(
      ranks: ranks, ["run", self.study(study), "--out", run],
      prefix: strace(calls, log: log, faults: faults), timeoutSeconds: timeoutSeconds)
    return (result, try FileCall.read(log))
  }

  /// Copies a run, so that a fault can be tried on the copy.
  func copy(_ run: String) throws -> String {
    let copy = freshPath()
    try FileManager.default.copyItem(atPath: run, toPath: copy)
    return copy
  }

  /// A run of a study that was stopped inside the fit of generation 0, so that a resume begins with a
  /// checkpoint of a fit.
  func stoppedInFit(_ study: String) throws -> String {
    let run = freshPath("stopped")
    let looks = try traced(study, into: run, ["access"]).calls.filter { $0.text.contains("/state/first/") }
    remove(run)
    guard let last = looks.last else { throw Unavailable("strace shows no look at a state") }
    let result = try traced(
      study, into: run, ["access"], faults: ["access:signal=USR1:when=\(last.ordinal)"]
    ).result
    guard result.status == 75, try files("\(run)/state").keys.contains(where: { $0.contains(".fit.") })
    else { throw Surprise("a stop inside a fit", result) }
    return run
  }

  /// So many of the cases, spread by chance, in their order; all in the long form where that many are
  /// allowed.
  func choice<Case>(of cases: [Case], short: Int, long: Int) -> [Case] {
    let chosen = Set(cases.indices.shuffled(using: &numbers).prefix(size(short: short, long: long)))
    return cases.indices.filter(chosen.contains).map { cases[$0] }
  }
}
