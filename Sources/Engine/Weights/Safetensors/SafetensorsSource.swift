import Glibc

/// Where the bytes of a safetensors file come from: memory, or a file that stays open and is read
/// piece by piece.
enum SafetensorsSource: Sendable {
  case bytes([UInt8])
  case file(OpenFile)

  /// A file that is open for reading.
  final class OpenFile: Sendable {
    let descriptor: Int32
    let count: Int

    /// - Throws: `SafetensorsError`; `missing` when it cannot be opened, `malformed` when it is not a
    ///   regular file.
    init(path: String) throws(SafetensorsError) {
      // O_NONBLOCK: opening a pipe by mistake must not wait for a writer.
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else {
        throw SafetensorsError(
          kind: .missing, path: path, reason: String(cString: strerror(errno)).lowercased())
      }
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        close(descriptor)
        throw .malformed(path: path, reason: "not a regular file")
      }
      self.descriptor = descriptor
      count = Int(status.st_size)
    }

    deinit { close(descriptor) }
  }

  var count: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .file(let file): file.count
    }
  }

  /// Copies the bytes from `start` on, as many as `target` holds; the caller has checked that they
  /// are there.
  ///
  /// - Throws: `SafetensorsError.malformed` when a file has become shorter or cannot be read.
  func read(
    from start: Int, into target: UnsafeMutableRawBufferPointer, path: String
  ) throws(SafetensorsError) {
    switch self {
    case .bytes(let bytes):
      bytes.withUnsafeBytes {
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + target.count]))
      }
    case .file(let file):
      var done = 0
      while done < target.count, let base = target.baseAddress {
        let got = pread(file.descriptor, base + done, target.count - done, off_t(start + done))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          throw .malformed(
            path: path,
            reason: got < 0
              ? String(cString: strerror(errno)).lowercased()
              : "ended after \(start + done) of \(file.count) bytes")
        }
        done += got
      }
    }
  }
}
