import CZlib

/// The bytes compressed by gzip.
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  return [UInt8](unsafeUninitializedCapacity: bytes.count + bytes.count / 8 + 256) { output, filled in
    input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      filled = output.count - Int(stream.avail_out)
    }
  }
}

/// Makes the CRC of every chunk of a PNG file that lies within the file what it should be.
func fitChecksums(_ file: inout [UInt8]) {
  var start = 8
  while start + 12 <= file.count {
    let length = file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= file.count - start - 12 else { return }
    let checksum = file[(start + 4)..<(start + 8 + length)].withUnsafeBufferPointer {
      crc32(0, $0.baseAddress, UInt32($0.count))
    }
    for index in 0..<4 {
      file[start + 8 + length + index] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * index))
    }
    start += length + 12
  }
}
