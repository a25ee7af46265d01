import Foundation
import ProgramSupport

/// P5: a disk that is full, over quota, broken or read-only.
struct FullDisk: Promise {
  let number = 5
  let statement = "a full disk gives one message with the file and the bytes free, exit 74, and a run that resumes"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let hasStrace = Launch.program("strace") != nil
    guard hasStrace || MountedFolder.isPossible else {
      throw Unavailable("needs root for a small file system, or strace")
    }
    var mounted = 0
    if MountedFolder.isPossible { mounted = try fillDisks(bench, &evidence) }
    if hasStrace { try injectErrors(bench, &evidence) }
    evidence.worst = "\(mounted) real full disks; \(evidence.tried - evidence.survived) runs damaged or mute"
    return evidence
  }

  /// Runs on file systems of a part of the space that the run takes.
  private func fillDisks(_ bench: Bench, _ evidence: inout Evidence) throws -> Int {
    let reference = try bench.reference("pico")
    let needed = try bench.files(reference.run).values.reduce(0) { $0 + ($1.count + 4095) / 4096 * 4096 }
    var tried = 0
    let count = bench.size(short: 6, long: 40)
    for part in 1...count {
      let bytes = max(needed * part / count, 16_384)
      let disk = try MountedFolder(memoryBytes: bytes, at: bench.freshPath("disk"))
      let run = "\(disk.path)/run"
      let result = try bench.ouroboros(["run", bench.study("pico"), "--out", run])
      if result.status == 0 { continue }
      tried += 1
      var failure = complaint(result, naming: disk.path)
      if failure == nil {
        try disk.resize(memoryBytes: 64 << 20)
        failure = try bench.finish(run, study: "pico") ?? bench.difference(run, from: reference.run)
      }
      evidence.record("disk of \(bytes) bytes", failure)
    }
    return tried
  }

  private func injectErrors(_ bench: Bench, _ evidence: inout Evidence) throws {
    // What is opened for reading alone, or is there already, takes no space.
    let calls = try bench.calls(["write", "pwrite64", "mkdir", "openat"]).filter {
      ($0.name != "openat" || $0.text.contains("O_CREAT")) && !$0.text.contains("EEXIST")
    }
    // SQLite makes most of the calls, so that each kind is drawn from by itself.
    let chosen = [("write", 8), ("pwrite64", 4), ("mkdir", 2), ("openat", 2)].flatMap { name, short in
      bench.choice(of: calls.filter { $0.name == name }, short: short, long: 90)
    }
    for call in chosen {
      let isWrite = ["write", "pwrite64"].contains(call.name)
      let errors = ["ENOSPC", "EDQUOT"] + (isWrite ? ["EIO", "EROFS"] : ["EROFS"])
      guard let error = errors.randomElement(using: &bench.numbers) else { continue }
      let words = ["ENOSPC", "EDQUOT"].contains(error) ? ["bytes free"] + (isWrite ? ["bytes needed"] : []) : []
      if let (failure, _) = try bench.failing(call, error: error, words: words) {
        evidence.record("\(error) at \(call.description)", failure)
      }
    }
  }

  /// What a message lacks.
  private func complaint(_ result: ProgramResult, naming folder: String) -> String? {
    let message = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("ouroboros: ") }
    guard result.status == 74 else { return "not exit code 74: \(result.summary)" }
    guard message.count == 1, message[0].contains(folder), message[0].contains("bytes free") else {
      return "no message with file and free bytes: \(result.summary)"
    }
    return nil
  }
}
