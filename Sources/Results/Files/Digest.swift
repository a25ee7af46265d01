import CCrypto
import Engine

/// The SHA-256 of bytes: 32 bytes.
func sha256(_ bytes: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  // A one-shot hash of memory: the only failure is a null pointer.
  _ = SHA256(bytes, bytes.count, &digest)
  return digest
}

/// The SHA-256 of bytes as 64 lower-case hexadecimal digits.
public func sha256Hex(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  text.reserveCapacity(64)
  for byte in sha256(bytes) {
    text.append(hexDigit(byte >> 4))
    text.append(hexDigit(byte & 15))
  }
  return String(decoding: text, as: UTF8.self)
}

/// The CRC-32 of bytes.
func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
  var sum = CyclicChecksum()
  sum.add(UnsafeRawBufferPointer(bytes))
  return sum.value
}

/// The lower-case hexadecimal digit of 0…15.
func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
