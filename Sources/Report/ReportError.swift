/// Why no page could be made, besides errors of the run's own files (`ResultsError`).
public enum ReportError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The drawing library has not been made; the places that were looked at.
  case noVega(searched: [String])
  /// `OUROBOROS_VEGA` names a file that cannot be read.
  case unreadableVega(path: String)
  /// libpng's message.
  case image(message: String)
  /// A template of this program that does not parse.
  case template(name: String, message: String)

  /// The exit code of the command: 66 missing input, 70 internal error.
  public var exitCode: Int32 {
    switch self {
    case .noVega, .unreadableVega: 66
    case .image, .template: 70
    }
  }

  public var description: String {
    switch self {
    case .noVega(let searched):
      "the drawing library of the report has not been made (no \(searched.joined(separator: ", no "))); "
        + "make it with: launch/vega (after launch/install), or name it in OUROBOROS_VEGA"
    case .unreadableVega(let path): "OUROBOROS_VEGA names \(path), which cannot be read"
    case .image(let message): "libpng: \(message)"
    case .template(let name, let message): "template \(name): \(message)"
    }
  }
}
