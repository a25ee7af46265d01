import Foundation
import Results

/// What the page allows itself: the scripts and the style that are in it, by their hashes, and images in
/// data URLs. No request leaves it and no text becomes a script.
func contentSecurityPolicy(scripts: [String], styles: [String]) -> String {
  func sources(_ texts: [String]) -> String {
    texts.map { "'sha256-\(hash($0))'" }.joined(separator: " ")
  }
  return "default-src 'none'; script-src \(sources(scripts)); style-src \(sources(styles)); "
    + "img-src data:; base-uri 'none'; form-action 'none'"
}

/// The SHA-256 of a text's UTF-8, in base 64.
private func hash(_ text: String) -> String {
  let digits = Array(sha256Hex(Array(text.utf8)).utf8)
  let bytes = stride(from: 0, to: digits.count, by: 2).map { place in
    UInt8(String(decoding: digits[place..<(place + 2)], as: UTF8.self), radix: 16)!
  }
  return Data(bytes).base64EncodedString()
}
