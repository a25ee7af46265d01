import Foundation
import Glibc

/// The paths of a run and the rules for creating files in it.
///
/// A directory is a run of ours when its `plan.json` is a JSON object whose member
/// `ouroboros_plan` is `RunDirectory.format`. Publish `plan.json` first: a directory that holds something else is
/// refused.
public struct RunDirectory: Sendable, Hashable {
  /// The value of `ouroboros_plan` in `plan.json`: the version of the run directory.
  public static let format = 1

  /// The directory, its parents resolved.
  public let path: String

  /// Opens a directory for a new run or to continue one; creates it, but not its parents.
  ///
  /// - Throws: `ResultsError.refused` for a symbolic link or a directory that holds something other
  ///   than a run of ours; `.io`; `.missing` where the parent does not exist.
  public static func prepare(_ path: String) throws(ResultsError) -> (RunDirectory, isNew: Bool) {
    let resolved = try resolve(path)
    if mkdir(resolved, 0o755) == 0 {
      try syncDirectory(splitPath(resolved).directory)
    } else if errno != EEXIST {
      throw ResultsError.system("create directory", resolved)
    }
    let directory = RunDirectory(path: resolved)
    try requireDirectory(resolved)
    // What an attempt left that was interrupted before its plan was published does not count.
    let names = try entries(of: resolved).filter { !$0.hasPrefix(temporaryPrefix) }
    if names.isEmpty { return (directory, true) }
    try directory.requirePlan()
    return (directory, false)
  }

  /// Opens an existing run.
  ///
  /// - Throws: `ResultsError.missing`, `.refused`, `.io`.
  public init(existing path: String) throws(ResultsError) {
    self.path = try Self.resolve(path)
    try Self.requireDirectory(self.path)
    try requirePlan()
  }

  private init(path: String) { self.path = path }

  /// The path of a file of the run, e.g. `segments/rank-0003.jsonl`.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
  public var plan: String { file("plan.json") }
  public var manifest: String { file("manifest.json") }
  public var status: String { file("status.json") }
  public var failures: String { file("failures.jsonl") }
  public var database: String { file("results.sqlite") }
  public func segment(rank: Int) -> String { file("segments/rank-\(Self.padded(rank)).jsonl") }
  public func log(rank: Int) -> String { file("logs/rank-\(Self.padded(rank)).jsonl") }

  /// Creates a directory of the run and those above it, e.g. `samples/3f2a/seed-1`.
  ///
  /// - Throws: `ResultsError.refused` where a component is `..`, a symbolic link or a file.
  public func createDirectory(_ name: String) throws(ResultsError) {
    var current = path
    for component in name.split(separator: "/") {
      guard component != "..", component != "." else {
        throw .refused(path: name, reason: "leaves the run directory")
      }
      current += "/\(component)"
      if mkdir(current, 0o755) != 0 && errno != EEXIST {
        throw ResultsError.system("create directory", current)
      }
      try Self.requireDirectory(current)
    }
  }

  /// Publishes a file of the run at once; see `publishFile`.
  public func publish(_ bytes: [UInt8], as name: String) throws(ResultsError) {
    try publishFile(bytes, at: file(name))
  }

  /// Publishes a value as JSON with sorted keys.
  public func publish(json value: some Encodable, as name: String) throws {
    try publish(Array(JSONEncoder.ofRun.encode(value)) + [UInt8(ascii: "\n")], as: name)
  }

  /// Reads a file of the run; symbolic links are refused.
  public func contents(of name: String) throws(ResultsError) -> [UInt8] {
    try SystemFile.contents(of: file(name))
  }

  /// The same; nil where there is no such file.
  public func contentsIfPresent(of name: String) throws(ResultsError) -> [UInt8]? {
    do throws(ResultsError) { return try contents(of: name) } catch .missing { return nil }
  }

  /// Whether there is a file of this name.
  public func holds(_ name: String) -> Bool { access(file(name), F_OK) == 0 }

  /// Removes a file of the run; nothing happens where there is none.
  public func remove(_ name: String) throws(ResultsError) {
    guard unlink(file(name)) == 0 || errno == ENOENT else {
      throw ResultsError.system("remove", file(name))
    }
  }

  /// The names in a folder of the run, e.g. `samples`, sorted; none where there is no such folder.
  /// Unfinished files are left out.
  public func names(in folder: String) throws(ResultsError) -> [String] {
    let path = file(folder)
    guard access(path, F_OK) == 0 else { return [] }
    try Self.requireDirectory(path)
    return try Self.entries(of: path).filter { !$0.hasPrefix(temporaryPrefix) }.sorted()
  }

  /// The files in a folder of the run and the folders in it, relative to the run; none where there is no
  /// such folder. Links and unfinished files are left out.
  func files(in folder: String) throws(ResultsError) -> [String] {
    var found: [String] = []
    for name in try names(in: folder) {
      let entry = "\(folder)/\(name)"
      var info = stat()
      guard lstat(file(entry), &info) == 0 else { continue }
      if info.st_mode & S_IFMT == S_IFDIR { found += try files(in: entry) }
      if info.st_mode & S_IFMT == S_IFREG { found.append(entry) }
    }
    return found
  }

  /// The segment files, sorted by name; none where there is no run yet.
  public func segmentPaths() throws(ResultsError) -> [String] {
    let folder = file("segments")
    guard access(folder, F_OK) == 0 else { return [] }
    try Self.requireDirectory(folder)
    return try Self.entries(of: folder)
      .filter { $0.hasPrefix("rank-") && $0.hasSuffix(".jsonl") }.sorted().map { "\(folder)/\($0)" }
  }

  /// Removes unfinished files that an earlier crash left anywhere in the run. Call while no other
  /// process writes the run.
  ///
  /// - Complexity: O(files).
  public func removeTemporaryFiles() throws(ResultsError) {
    try Self.removeTemporaryFiles(under: path)
  }

  private static func removeTemporaryFiles(under folder: String) throws(ResultsError) {
    for name in try entries(of: folder) {
      let entry = "\(folder)/\(name)"
      if name.hasPrefix(temporaryPrefix) {
        guard unlink(entry) == 0 || errno == ENOENT else {
          throw ResultsError.system("remove", entry)
        }
        continue
      }
      // Links are not followed: they may lead out of the run.
      var info = stat()
      if lstat(entry, &info) == 0, info.st_mode & S_IFMT == S_IFDIR {
        try removeTemporaryFiles(under: entry)
      }
    }
  }

  private func requirePlan() throws(ResultsError) {
    let bytes: [UInt8]
    do throws(ResultsError) {
      bytes = try SystemFile.contents(of: plan)
    } catch .missing {
      throw .refused(path: path, reason: "is not empty and holds no run (no plan.json)")
    }
    struct Header: Decodable { let ouroboros_plan: Int }
    guard let header = try? JSONDecoder().decode(Header.self, from: Data(bytes)),
      header.ouroboros_plan == Self.format
    else {
      throw .refused(path: path, reason: "plan.json is not a plan of version \(Self.format)")
    }
  }

  /// The parent with its links resolved, then the last component as it is.
  private static func resolve(_ path: String) throws(ResultsError) -> String {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .refused(path: path, reason: "not a path")
    }
    var trimmed = path
    while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
    let (directory, name) = splitPath(trimmed)
    // A path that ends in "..", "." or is the root names an existing directory.
    let isPlain = name != "." && name != ".." && !name.isEmpty
    guard let parent = realpath(isPlain ? directory : trimmed, nil) else {
      throw ResultsError.system("resolve", directory)
    }
    defer { free(parent) }
    let base = String(cString: parent)
    return isPlain ? (base == "/" ? "/\(name)" : "\(base)/\(name)") : base
  }

  private static func requireDirectory(_ path: String) throws(ResultsError) {
    var info = stat()
    guard lstat(path, &info) == 0 else { throw ResultsError.system("stat", path) }
    switch info.st_mode & S_IFMT {
    case S_IFDIR: return
    case S_IFLNK: throw .refused(path: path, reason: "is a symbolic link")
    default: throw .refused(path: path, reason: "is not a directory")
    }
  }

  private static func entries(of path: String) throws(ResultsError) -> [String] {
    guard let stream = opendir(path) else { throw ResultsError.system("list", path) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  private static func padded(_ rank: Int) -> String {
    let digits = String(rank)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension JSONEncoder {
  /// Sorted keys, so that equal values give equal bytes.
  static var ofRun: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return encoder
  }
}
