import Testing

/// A malformed study and what must be said about it.
struct BadStudy: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  /// `line:column` of one of the mistakes; empty where it concerns the whole file.
  let place: String
  /// A part of the message of that mistake.
  let fragment: String
  let exitCode: Int32

  init(_ name: String, _ text: String, _ place: String, _ fragment: String, _ exitCode: Int32 = 78)
  {
    self.init(name, bytes: Array(text.utf8), place, fragment, exitCode)
  }

  init(
    _ name: String, bytes: [UInt8], _ place: String, _ fragment: String, _ exitCode: Int32 = 78
  ) {
    self.name = name
    self.bytes = bytes
    self.place = place
    self.fragment = fragment
    self.exitCode = exitCode
  }

  var testDescription: String { name }
}
