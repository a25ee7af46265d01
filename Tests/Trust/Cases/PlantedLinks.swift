import Foundation
import ProgramSupport

/// Links in the place of a run's files and folders, and the commands that meet them.
struct PlantedLinks {
  let bench: Bench
  /// Names in a run; those that end in a slash are folders.
  private let names = [
    "segments/", "state/", "samples/", "models/", "state/first/", "state/chains/", "gallery/", "logs/",
    "plan.json", "manifest.json", "status.json", "failures.jsonl", "results.sqlite",
    "results.sqlite-journal", "results.sqlite-wal", "report.html", "segments/rank-0000.jsonl",
  ]

  init(_ bench: Bench) { self.bench = bench }

  func failures() throws -> [(String, String?)] {
    let whole = try Sandbox(bench)
    try whole.write(Confinement.study(), as: "study.yaml")
    if let failure = try whole.acceptance(["run", "study.yaml", "--out", "run"], creating: "run") {
      return [("undisturbed run", failure)]
    }
    var found: [(String, String?)] = []
    for name in names {
      for isDangling in [false, true] {
        for command in [["run", "study.yaml", "--out", "run"], ["report", "run"], ["verify", "run"]] {
          // Links to nothing matter where something is created.
          if isDangling, command[0] != "run" { continue }
          let failure = try failure(of: command, name, dangling: isDangling, in: whole)
          found.append(("\(command[0]), \(isDangling ? "link to nothing" : "link") for \(name)", failure))
        }
      }
    }
    return found
  }

  private func failure(
    of command: [String], _ name: String, dangling: Bool, in whole: Sandbox
  ) throws -> String? {
    let place = try Sandbox(bench)
    defer { bench.remove(place.folder) }
    for item in ["study.yaml", "run"] {
      try FileManager.default.copyItem(atPath: "\(whole.folder)/\(item)", toPath: "\(place.folder)/\(item)")
    }
    let isFolder = name.hasSuffix("/")
    let inside = "\(place.folder)/run/\(isFolder ? String(name.dropLast()) : name)"
    let victim = "\(place.folder)/victim"
    // Half of the records are missing, so that there is work to do.
    let segment = "\(place.folder)/run/segments/rank-0000.jsonl"
    let lines = try String(contentsOfFile: segment, encoding: .utf8).split(separator: "\n")
    try (lines.prefix(lines.count / 2).joined(separator: "\n") + "\n")
      .write(toFile: segment, atomically: false, encoding: .utf8)
    bench.remove("\(place.folder)/run/results.sqlite")
    try FileManager.default.createDirectory(
      atPath: (inside as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    if dangling {
      bench.remove(inside)
    } else if FileManager.default.fileExists(atPath: inside) {
      try FileManager.default.moveItem(atPath: inside, toPath: victim)
    } else if isFolder {
      try FileManager.default.createDirectory(atPath: victim, withIntermediateDirectories: false)
      try Data("dear".utf8).write(to: URL(fileURLWithPath: "\(victim)/to somebody"))
    } else {
      try Data("dear to somebody".utf8).write(to: URL(fileURLWithPath: victim))
    }
    try FileManager.default.createSymbolicLink(atPath: inside, withDestinationPath: victim)
    let before = try place.outside("run")
    let result = try place.ouroboros(command)
    if result.timedOut { return "did not end: \(result.summary)" }
    if result.status >= 128 { return "crashed: \(result.summary)" }
    let after = try place.outside("run")
    return after == before ? nil : "changed outside: \(place.changes(before, after)); \(result.summary)"
  }
}
