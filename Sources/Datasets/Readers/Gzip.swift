import CZlib

/// The content of a file in order, unpacked on the way where the file is compressed by gzip.
///
/// A length is asked for before it is read, so a reader never unpacks more than the format's own
/// header declares, and a declared length that the compressed bytes cannot hold is refused before
/// memory is taken for it.
public final class ByteReader {
  public let path: String
  public let isCompressed: Bool
  private let source: [UInt8]
  /// The next byte of `source`.
  private var position = 0
  /// Bytes handed out so far.
  private var produced = 0
  // zlib's state points back to its z_stream, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>?
  private var reachedEnd = false

  /// Deflate cannot expand a byte to more than this (RFC 1951: 258 bytes from 2 bits).
  static let largestRatio = 1032

  /// - Parameters:
  ///   - bytes: the file as it is; gzip is recognised by its first two bytes (RFC 1952).
  ///   - path: the file's name for messages.
  public init(_ bytes: [UInt8], path: String) throws {
    self.path = path
    self.source = bytes
    self.isCompressed = bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
    guard isCompressed else {
      self.stream = nil
      return
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 window bits, + 16: a gzip wrapper is expected.
    let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      stream.deallocate()
      throw DataError.malformed(path: path, reason: "zlib could not start (code \(code))")
    }
    self.stream = stream
  }

  /// Opens a file.
  ///
  /// - Throws: as `readFile`.
  public convenience init(path: String, limit: Int = 1 << 36, hint: String = "") throws {
    try self.init(readFile(path, limit: limit, hint: hint), path: path)
  }

  deinit {
    if let stream {
      inflateEnd(stream)
      stream.deallocate()
    }
  }

  /// The next `count` bytes.
  ///
  /// - Throws: `DataError.malformed` when fewer are left or the compressed data are damaged.
  public func read(_ count: Int) throws -> [UInt8] {
    precondition(count >= 0, "\(count) bytes")
    guard isCompressed else {
      guard count <= source.count - position else {
        throw malformed("truncated: \(count) bytes expected, \(source.count - position) left")
      }
      defer { position += count }
      return Array(source[position..<position + count])
    }
    let (most, overflow) = source.count.multipliedReportingOverflow(by: ByteReader.largestRatio)
    guard overflow || count <= most - produced else {
      throw malformed("truncated: \(source.count) compressed bytes cannot hold \(count) bytes more")
    }
    let bytes = try inflate(count)
    guard bytes.count == count else {
      throw malformed("truncated: \(count) bytes expected, \(bytes.count) left")
    }
    return bytes
  }

  /// Everything that is left.
  ///
  /// - Throws: `DataError.malformed` when it is more than `limit` bytes or damaged.
  public func readToEnd(limit: Int) throws -> [UInt8] {
    var result: [UInt8] = []
    if isCompressed {
      while true {
        let chunk = try inflate(min(1 << 16, limit - result.count + 1))
        result.append(contentsOf: chunk)
        if chunk.isEmpty || result.count > limit { break }
      }
    } else {
      result = try read(source.count - position)
    }
    guard result.count <= limit else {
      throw malformed("more than \(limit) bytes\(isCompressed ? " when unpacked" : "")")
    }
    try expectEnd()
    return result
  }

  /// Checks that everything has been read: nothing is left of the content, the checksum of
  /// compressed data holds and nothing follows them.
  public func expectEnd() throws {
    if isCompressed {
      guard try inflate(1).isEmpty else { throw malformed("data beyond the declared size") }
    }
    guard position == source.count else {
      throw malformed("\(source.count - position) trailing bytes")
    }
  }

  /// Up to `count` bytes more; fewer only at the end of the compressed stream.
  private func inflate(_ count: Int) throws -> [UInt8] {
    guard let stream, count > 0, !reachedEnd else { return [] }
    var code = Z_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
      filled = 0
      source.withUnsafeBufferPointer { input in
        while filled < count, code == Z_OK {
          let give = min(input.count - position, 1 << 30)
          let want = min(count - filled, 1 << 30)
          stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress! + position)
          stream.pointee.avail_in = UInt32(give)
          stream.pointee.next_out = output.baseAddress! + filled
          stream.pointee.avail_out = UInt32(want)
          code = CZlib.inflate(stream, Z_NO_FLUSH)
          position += give - Int(stream.pointee.avail_in)
          filled += want - Int(stream.pointee.avail_out)
        }
      }
    }
    produced += bytes.count
    switch code {
    case Z_OK: break
    case Z_STREAM_END: reachedEnd = true
    case Z_BUF_ERROR: throw malformed("truncated: the compressed data end too early")
    default:
      let detail = stream.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
      throw malformed("damaged gzip data (\(detail))")
    }
    return bytes
  }

  private func malformed(_ reason: String) -> DataError { .malformed(path: path, reason: reason) }
}
