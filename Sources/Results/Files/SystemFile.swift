import Glibc

/// An open file descriptor, closed when the value ends. Every call's result is checked.
struct SystemFile: ~Copyable {
  private(set) var descriptor: Int32
  let path: String

  /// Opens without following a symbolic link in the last component.
  ///
  /// - Throws: `ResultsError.refused` for a symbolic link, `.missing`, `.io`.
  init(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws(ResultsError) {
    let descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw ResultsError.system("open", path) }
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Writes all bytes, over as many system calls as it takes. On an error some of the bytes may
  /// have been written.
  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(ResultsError) {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, base + done, bytes.count - done)
      if count > 0 {
        done += count
      } else if count == 0 {
        throw ResultsError.full("write", path, needed: bytes.count - done, code: ENOSPC)
      } else if errno != EINTR {
        throw ResultsError.system("write", path, needed: bytes.count - done)
      }
    }
  }

  /// Writes all bytes of an array.
  func write(_ bytes: [UInt8]) throws(ResultsError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(ResultsError) in try write(buffer) }
  }

  /// Reads from a byte offset until the buffer is full or the file ends; the number of bytes read.
  func read(
    into buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int
  ) throws(ResultsError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    var filled = 0
    while filled < buffer.count {
      let count = pread(descriptor, base + filled, buffer.count - filled, offset + filled)
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw ResultsError.system("read", path)
      }
    }
    return filled
  }

  /// The size in bytes, and whether this is a regular file.
  func status() throws(ResultsError) -> (size: Int, isRegular: Bool) {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw ResultsError.system("stat", path) }
    return (Int(info.st_size), info.st_mode & S_IFMT == S_IFREG)
  }

  func truncate(to size: Int) throws(ResultsError) {
    guard ftruncate(descriptor, size) == 0 else { throw ResultsError.system("truncate", path) }
  }

  /// Forces the content to the disk. A failure must not be retried on this descriptor: the kernel
  /// may have marked the pages clean.
  func sync() throws(ResultsError) {
    guard fsync(descriptor) == 0 else { throw ResultsError.system("fsync", path) }
  }

  /// Closes and reports what `close` reports; network file systems report late write errors here.
  mutating func close() throws(ResultsError) {
    let open = descriptor
    descriptor = -1
    guard Glibc.close(open) == 0 || errno == EINTR else { throw ResultsError.system("close", path) }
  }

  /// The whole content of a regular file of at most `limit` bytes.
  static func contents(of path: String, limit: Int = 1 << 30) throws(ResultsError) -> [UInt8] {
    let file = try SystemFile(path, O_RDONLY)
    let (size, isRegular) = try file.status()
    guard isRegular else { throw .refused(path: path, reason: "is not a regular file") }
    guard size <= limit else {
      throw .malformed(path: path, line: 0, reason: "\(size) bytes, at most \(limit) expected")
    }
    var bytes = [UInt8](repeating: 0, count: size)
    let filled = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(ResultsError) in
      try file.read(into: buffer, at: 0)
    }
    bytes.removeLast(size - filled)
    return bytes
  }
}
