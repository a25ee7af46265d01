import Options

/// A place in one of the sources of a study: its file, the preset it starts from, a `--set`.
public struct SourcePosition: Sendable, Hashable {
  /// Which text the place is in.
  public enum Origin: Sendable, Hashable {
    case file(String)
    case preset(String)
    /// `--set PATH=VALUE`: one line, so only the path is shown.
    case override(String)
    /// Another option of the command line, by its name.
    case option(String)
  }

  public let origin: Origin
  /// From 1; 0 where the mistake concerns the source as a whole.
  public let line: Int
  /// From 1, counted in Unicode scalars.
  public let column: Int

  public init(_ origin: Origin, line: Int, column: Int) {
    self.origin = origin
    self.line = line
    self.column = column
  }
}

extension SourcePosition: CustomStringConvertible {
  /// `file:line:column`, or `--set path`.
  public var description: String {
    let place = line > 0 ? ":\(line):\(column)" : ""
    return switch origin {
    case .file(let path): excerpt(path) + place
    case .preset(let name): "preset " + excerpt(name) + place
    case .override(let path): "--set " + excerpt(path)
    case .option(let name): name
    }
  }
}

extension SourcePosition: Comparable {
  /// The order in which mistakes are listed: file, preset, overrides; then by place.
  public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.rank, left.line, left.column) < (right.rank, right.line, right.column)
  }

  private var rank: Int {
    switch origin {
    case .file: 0
    case .preset: 1
    case .override, .option: 2
    }
  }
}
