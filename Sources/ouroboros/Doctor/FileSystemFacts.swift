import Foundation

/// Whether a directory does what checkpoints need of it: files that are on disk when it says so,
/// and names that change at once.
struct FileSystemFacts: Codable {
  let directory: String
  /// The kind of file system, as the kernel names it, for example `ext4`, `nfs4`, `lustre`.
  let kind: String
  let freeBytes: Int64
  /// To write, flush, rename and flush the directory once.
  let commitSeconds: Double
  /// The step that failed and why; nil when all went well.
  let failure: String?

  /// Kept in memory, gone after a restart.
  var isVolatile: Bool { ["tmpfs", "ramfs"].contains(kind) }

  /// Makes, flushes, renames, reads back and removes a file of 64 KiB in the directory.
  ///
  /// - Parameter label: tells the caller's file from that of others at the same time.
  static func examine(directory: String, label: String) -> FileSystemFacts {
    var information = statvfs()
    guard statvfs(directory, &information) == 0 else {
      return FileSystemFacts(
        directory: directory, kind: "unknown", freeBytes: 0, commitSeconds: 0,
        failure: "statvfs: \(lastError())")
    }
    let clock = ContinuousClock()
    var failure: String?
    let elapsed = clock.measure {
      failure = commitOnce(directory: directory, label: label)
    }
    return FileSystemFacts(
      directory: directory, kind: kind(of: directory),
      freeBytes: Int64(information.f_bavail) * Int64(information.f_frsize),
      commitSeconds: elapsed / .seconds(1), failure: failure)
  }

  /// - Returns: the step that failed, or nil.
  private static func commitOnce(directory: String, label: String) -> String? {
    let base = "\(directory)/.ouroboros-doctor-\(label)-\(getpid())"
    let (temporary, final) = (base + ".tmp", base + ".done")
    defer {
      unlink(temporary)
      unlink(final)
    }
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return "create: \(lastError())" }
    let content = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let written = write(file, content, content.count)
    if written != content.count {
      let reason = written < 0 ? lastError() : "\(written) of \(content.count) bytes written"
      close(file)
      return "write: \(reason)"
    }
    if fsync(file) != 0 {
      let reason = lastError()
      close(file)
      return "fsync: \(reason)"
    }
    guard close(file) == 0 else { return "close: \(lastError())" }
    guard rename(temporary, final) == 0 else { return "rename: \(lastError())" }
    let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return "open directory: \(lastError())" }
    defer { close(folder) }
    guard fsync(folder) == 0 else { return "fsync of the directory: \(lastError())" }
    guard let back = FileManager.default.contents(atPath: final), Array(back) == content else {
      return "read back: other bytes than were written"
    }
    return nil
  }

  private static func lastError() -> String { String(cString: strerror(errno)) }

  /// The type of the mount that holds the directory: the last of the longest mount points above it.
  private static func kind(of directory: String) -> String {
    guard let real = realpath(directory, nil) else { return "unknown" }
    defer { free(real) }
    let path = String(cString: real) + "/"
    var best = (point: "", kind: "unknown")
    let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 4, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
      else { continue }
      let point = String(fields[4])
      guard path.hasPrefix(point == "/" ? "/" : point + "/"), point.count >= best.point.count
      else { continue }
      best = (point, String(fields[dash + 1]))
    }
    return best.kind
  }
}
