import Foundation
import ProgramSupport

/// A folder in which a command runs and whose every file is known.
struct Sandbox {
  let bench: Bench
  let folder: String

  init(_ bench: Bench) throws {
    self.bench = bench
    folder = bench.freshPath("sandbox")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  func write(_ text: String, as name: String) throws { try write(Data(text.utf8), as: name) }

  func write(_ bytes: Data, as name: String) throws {
    guard FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: bytes) else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  func ouroboros(_ arguments: [String]) throws -> ProgramResult {
    try Launch.run(
      Launch.ouroboros, arguments, environment: ["OPENBLAS_NUM_THREADS": "1"],
      folder: URL(fileURLWithPath: folder), timeoutSeconds: 60)
  }

  /// A command that must be refused and change nothing; why it was not.
  func refusal(_ arguments: [String]) throws -> String? {
    let before = try outside("")
    let result = try ouroboros(arguments)
    let after = try outside("")
    if ![64, 65, 66, 74, 78].contains(result.status) { return "not refused: \(result.summary)" }
    if result.errorOutput.unicodeScalars.contains(where: { $0 != "\n" && $0.properties.generalCategory == .control }) {
      return "the message has control characters: \(result.errorOutput.debugDescription)"
    }
    return after == before ? nil : "a refused start wrote \(changes(before, after))"
  }

  /// A command that must succeed and create one directory with ordinary names; why it did not.
  func acceptance(_ arguments: [String], creating name: String) throws -> String? {
    let before = try outside(name)
    let result = try ouroboros(arguments)
    guard result.status == 0 else { return "not done: \(result.summary)" }
    let after = try outside(name)
    guard after == before else { return "wrote elsewhere: \(changes(before, after))" }
    let names = try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/\(name)")
    let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/")
    return names.isEmpty ? "nothing was written" : names.first { !$0.allSatisfy(letters.contains) }.map { "odd name \($0)" }
  }

  /// Every path of the bench's surroundings but one name in this folder, with the bytes of files and the
  /// ends of links.
  func outside(_ name: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      if !name.isEmpty, path == name || path.hasPrefix(name + "/") { continue }
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
      switch attributes[.type] as? FileAttributeType {
      case .typeRegular?: found[path] = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))
      case let type?: found[path] = Data(type.rawValue.utf8)
      case nil: break
      }
    }
    // Where names with `..` or a slash would lead.
    for path in ["\(bench.folder)/escaped", "/tmp/ouroboros-escaped", "/tmp/ouroboros-escaped.npy"]
    where FileManager.default.fileExists(atPath: path) {
      found[path] = Data()
    }
    return found
  }

  func changes(_ before: [String: Data], _ after: [String: Data]) -> String {
    Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted().joined(separator: ", ")
  }
}
