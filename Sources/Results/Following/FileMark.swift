import Glibc

/// What tells one state of a file from the next without reading it: which file it is, its size and
/// the time of its last change.
struct FileMark: Equatable {
  let device: UInt64
  let node: UInt64
  let size: Int
  let seconds: Int
  let nanoseconds: Int

  /// The mark of the file at a path; nil where there is none.
  init?(_ path: String) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return nil }
    device = UInt64(info.st_dev)
    node = UInt64(info.st_ino)
    size = Int(info.st_size)
    seconds = info.st_mtim.tv_sec
    nanoseconds = info.st_mtim.tv_nsec
  }

  /// Whether both are states of one file; false once another was renamed into its place.
  func isSameFile(as other: FileMark) -> Bool { device == other.device && node == other.node }
}
