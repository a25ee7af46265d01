// Changes that keep a header parseable: by chance alone most changes end at the header's length.

/// libFuzzer's own mutations.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int) -> Int

/// Numbers at the edges of what the format can say.
private let numbers = [
  "0", "1", "2", "3", "4", "6", "8", "16", "64", "255", "65536", "4194305", "4294967296",
  "211106198978564", "2305843009213693952", "4611686018427387904", "9223372036854775807",
  "9223372036854775808", "18446744073709551615", "18446744073709551616", "-1", "00", "1.0", "1e9",
]
private let types = [
  "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "F64",
  "I64", "U64", "F128",
]

/// Called by libFuzzer to make a new input in place: its own mutations, numbers and types of the
/// header replaced; then, mostly, a length that fits the header.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateSafetensors(
  _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: UInt32
) -> Int {
  var random = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1
  func next(_ bound: Int) -> Int {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    return Int(random >> 11) % bound
  }
  func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  var bytes: [UInt8]
  if next(2) == 0 {
    bytes = Array(UnsafeBufferPointer(start: data, count: mutateBytes(data, size, capacity)))
  } else {
    bytes = Array(UnsafeBufferPointer(start: data, count: size))
    for _ in 0...next(3) {
      // A run of digits, or the word behind a `"dtype":"`.
      let isType = next(4) == 0
      let starts = bytes.indices.dropFirst(8).filter { index in
        isType
          ? bytes[8..<index].suffix(9).elementsEqual("\"dtype\":\"".utf8)
          : isDigit(bytes[index]) && !isDigit(bytes[index - 1])
      }
      guard !starts.isEmpty else { continue }
      let start = starts[next(starts.count)]
      let length = bytes[start...].prefix { isType ? $0 != UInt8(ascii: "\"") : isDigit($0) }.count
      let word = isType ? types[next(types.count)] : numbers[next(numbers.count)]
      bytes.replaceSubrange(start..<start + length, with: word.utf8)
    }
  }
  if next(8) != 0 { fitLength(&bytes) }
  let count = min(bytes.count, capacity)
  for index in 0..<count { data[index] = bytes[index] }
  return count
}

/// Sets the length to that of the header that ends at the last brace and its spaces.
private func fitLength(_ bytes: inout [UInt8]) {
  guard bytes.count > 8, let brace = bytes.lastIndex(of: UInt8(ascii: "}")), brace >= 8 else { return }
  let spaces = bytes[(brace + 1)...].prefix { $0 == UInt8(ascii: " ") }.count
  let length = brace + 1 + spaces - 8
  for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
}
