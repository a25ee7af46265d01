import Foundation
import ProgramSupport

/// Where promises are tried: a folder for runs, the built program, and a study with its undisturbed run.
final class Bench {
  /// Whether there is time for hundreds of cases.
  let isLong: Bool
  /// A folder of this bench alone, on the file system of temporary files.
  let folder: String
  /// Chooses moments and places; the same ones for the same seed.
  var numbers: SplitMix
  private var names = 0
  private var references: [String: Reference] = [:]

  /// An undisturbed run, and how long it took.
  struct Reference {
    let run: String
    let seconds: Double
  }

  init(isLong: Bool, folder: String, seed: UInt64) {
    self.isLong = isLong
    self.folder = folder
    numbers = SplitMix(state: seed)
  }

  /// One of two sizes.
  func size(short: Int, long: Int) -> Int { isLong ? long : short }

  /// A path in the bench's folder that nothing has used.
  func freshPath(_ name: String = "run") -> String {
    names += 1
    return "\(folder)/\(name)-\(names)"
  }

  /// A study that comes with the tests.
  func study(_ name: String = "nano") -> String {
    Launch.packageRoot.appendingPathComponent("Tests/Trust/Studies/\(name).yaml").path
  }

  /// The undisturbed run of a study, made once by a single process.
  func reference(_ study: String = "nano", _ more: [String] = []) throws -> Reference {
    let key = ([study] + more).joined(separator: " ")
    if let made = references[key] { return made }
    let run = freshPath("reference")
    let result = try ouroboros(["run", self.study(study), "--out", run] + more, timeoutSeconds: 300)
    guard result.status == 0 else { throw Surprise("the undisturbed run of \(study)", result) }
    let reference = Reference(run: run, seconds: result.seconds)
    references[key] = reference
    return reference
  }

  /// Runs `ouroboros` to its end, alone (0 ranks) or by `launch/run`.
  ///
  /// - Parameter prefix: a program and its arguments that start the command, e.g. `strace -f`.
  func ouroboros(
    ranks: Int = 0, _ arguments: [String], prefix: [String] = [], environment: [String: String] = [:],
    timeoutSeconds: Double = 60
  ) throws -> ProgramResult {
    try start(ranks: ranks, arguments, prefix: prefix, environment: environment)
      .wait(timeoutSeconds: timeoutSeconds)
  }

  /// Starts `ouroboros` and returns at once.
  func start(
    ranks: Int = 0, _ arguments: [String], prefix: [String] = [], environment: [String: String] = [:]
  ) throws -> RunningProgram {
    var words = [Launch.ouroboros.path] + arguments
    if ranks > 0 {
      guard Launch.mpirun != nil else { throw Unavailable("mpirun is not on the search path") }
      guard arguments.first == "run" else { fatalError("launch/run starts no \(arguments)") }
      words =
        [Launch.packageRoot.appendingPathComponent("launch/run").path, "-n", "\(ranks)"]
        + arguments.dropFirst()
    }
    words = prefix + words
    if !words[0].contains("/") { words.insert("/usr/bin/env", at: 0) }
    return try RunningProgram(
      URL(fileURLWithPath: words[0]), Array(words.dropFirst()),
      environment: ["OUROBOROS": Launch.ouroboros.path, "OPENBLAS_NUM_THREADS": "1"]
        .merging(environment) { $1 })
  }

  /// Whether a program of the search path ends well.
  func succeeds(_ words: [String]) throws -> Bool {
    try RunningProgram(URL(fileURLWithPath: "/usr/bin/env"), words).wait(timeoutSeconds: 20).status == 0
  }

  /// Runs a study again until it is done.
  ///
  /// - Returns: why it did not end well; nil when it did.
  func finish(
    _ run: String, study: String = "nano", ranks: Int = 0, _ more: [String] = []
  ) throws -> String? {
    let result = try ouroboros(
      ranks: ranks, ["run", self.study(study), "--out", run] + more, timeoutSeconds: 300)
    return result.status == 0 ? nil : "resuming on \(ranks) ranks: \(result.summary)"
  }

  /// Compares a finished run with an undisturbed one: `verify`, `diff`, and every kept file byte by byte.
  ///
  /// - Returns: the first difference; nil when all is the same.
  func difference(_ run: String, from reference: String) throws -> String? {
    let verified = try ouroboros(["verify", run])
    guard verified.status == 0 else { return "verify: \(verified.summary)" }
    let compared = try ouroboros(["diff", reference, run])
    guard compared.status == 0 else { return "diff: \(compared.summary)" }
    for folder in ["samples", "models", "gallery"] {
      let (ours, theirs) = (try files("\(reference)/\(folder)"), try files("\(run)/\(folder)"))
      guard ours.keys.sorted() == theirs.keys.sorted() else { return "other files under \(folder)" }
      if let name = ours.keys.sorted().first(where: { ours[$0] != theirs[$0] }) {
        return "\(folder)/\(name) differs"
      }
    }
    return nil
  }

  /// The regular files under a folder by relative path; none where there is no folder.
  func files(_ folder: String) throws -> [String: Data] {
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: folder) else { return [:] }
    var found: [String: Data] = [:]
    for name in names {
      var isFolder: ObjCBool = false
      let path = "\(folder)/\(name)"
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
        found[name] = try Data(contentsOf: URL(fileURLWithPath: path))
      }
    }
    return found
  }

  /// Removes a run that is no longer needed.
  func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}

/// A program that ended in a way that makes going on pointless.
struct Surprise: Error, CustomStringConvertible {
  let description: String

  init(_ what: String, _ result: ProgramResult) { description = "\(what): \(result.summary)" }
}
