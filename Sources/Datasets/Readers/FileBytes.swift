import Glibc

/// Reads a regular file whole.
///
/// - Parameters:
///   - limit: the most bytes accepted.
///   - hint: what the user can do when the file is not there; empty where nothing is known.
/// - Throws: `DataError.missing` when it cannot be opened, `DataError.malformed` when it is not a
///   regular file, is larger than `limit` or cannot be read to its end.
public func readFile(_ path: String, limit: Int = 1 << 36, hint: String = "") throws -> [UInt8] {
  // O_NONBLOCK: opening a pipe by mistake must not wait for a writer.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    let reason = String(cString: strerror(errno))
    throw DataError.missing(
      path: path, hint: hint.isEmpty ? reason.lowercased() : "\(reason.lowercased()); \(hint)")
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw DataError.malformed(path: path, reason: "not a regular file")
  }
  let size = Int(status.st_size)
  guard size <= limit else {
    throw DataError.malformed(path: path, reason: "\(size) bytes, at most \(limit) are read")
  }
  var failure: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = 0
    while count < size {
      let got = read(descriptor, buffer.baseAddress! + count, size - count)
      if got < 0, errno == EINTR { continue }
      if got < 0 { failure = errno }
      if got <= 0 { break }
      count += got
    }
  }
  guard failure == 0 else {
    throw DataError.malformed(path: path, reason: String(cString: strerror(failure)).lowercased())
  }
  guard bytes.count == size else {
    throw DataError.malformed(path: path, reason: "ended after \(bytes.count) of \(size) bytes")
  }
  return bytes
}

/// Whether something exists at `path`.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
