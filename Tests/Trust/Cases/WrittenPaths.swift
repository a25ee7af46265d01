import Foundation
import ProgramSupport

/// Every path that system calls write to.
final class WrittenPaths {
  let bench: Bench
  private(set) var paths = 0

  init(_ bench: Bench) throws { self.bench = bench }

  func failures() throws -> [(String, String?)] {
    guard Launch.program("strace") != nil else { return [] }
    let place = try Sandbox(bench)
    try place.write(Confinement.study(), as: "study.yaml")
    var found: [(String, String?)] = []
    let commands: [(String, [String])] = [
      ("run", ["run", "study.yaml", "--out", "run"]), ("run again", ["run", "study.yaml", "--out", "run"]),
      ("verify", ["verify", "run"]), ("status", ["status", "run"]), ("diff", ["diff", "run", "run"]),
      ("report", ["report", "run"]), ("export", ["export", "run", "--csv", "run/tables"]),
    ]
    for (name, command) in commands {
      found += try traced(name, [Launch.ouroboros.path] + command, in: place, allowing: [])
    }
    if bench.isLong, Launch.mpirun != nil {
      let script = Launch.packageRoot.appendingPathComponent("launch/run").path
      // Open MPI's own files: its session folder, made by the start script, and shared memory.
      found += try traced(
        "run on ranks", [script, "-n", "3", "study.yaml", "--out", "run2"], in: place,
        allowing: ["\(place.folder)/temporary/", "/dev/shm/"])
    }
    return found
  }

  private func traced(
    _ name: String, _ words: [String], in place: Sandbox, allowing: [String]
  ) throws -> [(String, String?)] {
    // A file for each process: in one for all, calls interrupt each other.
    let logs = bench.freshPath("trace")
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    let calls =
      "trace=open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,"
      + "symlink,symlinkat,truncate,chmod,fchmodat,mknod,mknodat,chown,fchownat,setxattr"
    let temporary = "\(place.folder)/temporary"
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    let result = try Launch.run(
      URL(fileURLWithPath: "/usr/bin/env"), ["strace", "-ff", "-y", "-qq", "-s", "4096", "-e", calls, "-o", "\(logs)/of"] + words,
      environment: Launch.mpiEnvironment.merging(["OUROBOROS": Launch.ouroboros.path, "TMPDIR": temporary]) { $1 },
      folder: URL(fileURLWithPath: place.folder), timeoutSeconds: 120)
    if result.errorOutput.contains("ptrace") { throw Unavailable("strace may not trace here") }
    guard result.status == 0 else { return [(name, "traced: \(result.summary)")] }
    let runs = ["\(place.folder)/run/", "\(place.folder)/run2/"]
    var found: [(String, String?)] = []
    var seen: Set<String> = []
    let files = try FileManager.default.contentsOfDirectory(atPath: logs).sorted()
    for line in try files.flatMap({
      try String(contentsOfFile: "\(logs)/\($0)", encoding: .utf8).split(separator: "\n")
    }) {
      for path in written(by: line) {
        let whole = path.hasPrefix("/") ? path : "\(place.folder)/\(path)"
        guard seen.insert(whole).inserted else { continue }
        let isDevice = ["/dev/null", "/dev/tty"].contains(whole) || whole.hasPrefix("/dev/pts/") || whole == "/dev/ptmx"
        let isInside = (runs + allowing).contains { (whole + "/").hasPrefix($0) } && !whole.contains("/../")
        if isDevice || whole.hasPrefix("/proc/self/") { continue }
        paths += 1
        found.append(("\(name) wrote \(whole)", isInside ? nil : "outside: \(line.prefix(300))"))
      }
    }
    return found
  }

  /// The paths of a call that creates, changes or removes; none for one that only reads.
  private func written(by line: Substring) -> [String] {
    guard let bracket = line.firstIndex(of: "(") else { return [] }
    let call = line[..<bracket].split(separator: " ").last ?? ""
    let isOpening = call.hasPrefix("open")
    if isOpening, !["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].contains(where: { line.contains($0) }) {
      return []
    }
    // There already: nothing was made.
    if call.hasPrefix("mkdir"), line.contains("= -1 EEXIST") { return [] }
    let parts = line[bracket...].split(separator: "\"", omittingEmptySubsequences: false)
    let texts = stride(from: 1, to: parts.count, by: 2).map { index in
      // What a relative path starts from stands before it: `AT_FDCWD</folder>, "`.
      let before = parts[index - 1]
      guard !parts[index].hasPrefix("/"), before.hasSuffix(">, "), let start = before.firstIndex(of: "<") else {
        return String(parts[index])
      }
      return "\(before[before.index(after: start)...].dropLast(3))/\(parts[index])"
    }
    // The target of a link is only a text.
    return call.hasPrefix("symlink") ? Array(texts.suffix(1)) : texts
  }
}
