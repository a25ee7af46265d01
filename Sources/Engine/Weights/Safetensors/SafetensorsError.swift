/// Why a safetensors file cannot be read.
public struct SafetensorsError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// It cannot be opened.
    case missing
    /// It is not what it should be.
    case malformed
  }

  public var kind: Kind
  public var path: String
  public var reason: String

  public static func malformed(path: String, reason: String) -> SafetensorsError {
    SafetensorsError(kind: .malformed, path: path, reason: reason)
  }

  public var description: String { "\(path): \(reason)" }
}
