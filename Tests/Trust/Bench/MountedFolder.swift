import Foundation
import Glibc
import ProgramSupport

/// A file system of its own for a test, gone with this object.
final class MountedFolder {
  let path: String
  private let image: String?

  static var isPossible: Bool { geteuid() == 0 && Launch.program("mount") != nil }

  /// A file system in memory.
  ///
  /// - Throws: `Unavailable` where the machine does not let us.
  init(memoryBytes bytes: Int, at path: String) throws {
    self.path = path
    image = nil
    try Self.prepare(path)
    try Self.run("mount", ["-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path])
  }

  /// An ext4 file system in a file.
  ///
  /// - Throws: `Unavailable` where the machine does not let us.
  init(ext4Megabytes megabytes: Int, at path: String) throws {
    self.path = path
    let image = path + ".ext4"
    self.image = image
    try Self.prepare(path)
    guard FileManager.default.createFile(atPath: image, contents: nil) else {
      throw Unavailable("cannot create \(image)")
    }
    truncate(image, megabytes << 20)
    try Self.run("mkfs.ext4", ["-q", "-F", image])
    try Self.run("mount", ["-o", "loop", image, path])
  }

  deinit {
    _ = try? Launch.run(URL(fileURLWithPath: "/usr/bin/env"), ["umount", "-l", path])
    if let image { unlink(image) }
    rmdir(path)
  }

  /// Changes the size of a file system in memory.
  func resize(memoryBytes bytes: Int) throws {
    try Self.run("mount", ["-o", "remount,size=\(bytes)", path])
  }

  private static func prepare(_ path: String) throws {
    guard isPossible else { throw Unavailable("mounting needs root") }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  private static func run(_ program: String, _ arguments: [String]) throws {
    guard let executable = Launch.program(program) else { throw Unavailable("there is no \(program)") }
    let result = try Launch.run(executable, arguments)
    guard result.status == 0 else {
      throw Unavailable("\(program) failed: \(result.errorOutput.prefix(200))")
    }
  }
}
