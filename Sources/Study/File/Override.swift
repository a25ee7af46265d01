import Options

/// One `--set path=value`.
struct Override: Sendable {
  /// As given.
  let text: String
  /// The keys from the top of the study file; the path of a `matrix` or `zip` entry is one key.
  let path: [String]
  let value: StudyNode

  /// - Throws: `StudyError`: exit code 64 where this is not `path=value`, 78 where the value is not
  ///   YAML.
  init(_ text: String) throws(StudyError) {
    let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(halves[0])
    let origin = SourcePosition.Origin.override(name)
    let place = SourcePosition(origin, line: 0, column: 0)
    guard halves.count == 2 else {
      throw StudyError(place, "expected path=value, e.g. --set loop.bias=0.5", exitCode: 64)
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains(""), parts.count <= 8 else {
      throw StudyError(place, "expected path=value with a path such as loop.bias", exitCode: 64)
    }
    self.text = text
    let isAxis = parts.count > 1 && ["matrix", "zip"].contains(parts[0])
    path = isAxis ? [parts[0], parts.dropFirst().joined(separator: ".")] : parts
    let bytes = Array(halves[1].utf8)
    guard bytes.count <= YAMLReader.Limits.study.bytes else {
      throw StudyError(place, "more than \(YAMLReader.Limits.study.bytes) bytes")
    }
    let source = try SourceText(bytes: bytes[...], origin: origin)
    value = try YAMLReader.read(source) ?? StudyNode(content: .scalar(.null), position: place)
  }

  /// Where mistakes about the path itself are reported.
  var position: SourcePosition { value.position }

  func applied(to tree: StudyNode) -> StudyNode {
    tree.setting(path[...], to: value, keyPosition: position)
  }
}

extension StudyDecoder {
  /// A value that the matrix replaces in every cell has no effect: on the command line, or on top of a
  /// preset whose matrix is inherited, that is a mistake and not a default.
  ///
  /// - Parameter file: the study file before its preset and the overrides were merged in.
  mutating func checkVisible(_ overrides: [Override], file: StudyNode, in tree: StudyNode) {
    for axis in ["matrix", "zip"] {
      for entry in tree[axis]?.value.entries ?? [] {
        guard let varied = CellPath(entry.key, in: catalogue) else { continue }
        for override in overrides {
          let path = CellPath(override.path.joined(separator: "."), in: catalogue)
          if let path, varied.contains(path) {
            reportHidden(varied, by: axis, at: override.position)
          }
        }
        let isInherited = file[axis] == nil && !overrides.contains { $0.path.first == axis }
        if isInherited, let node = file.node(at: varied.parts[...]) {
          reportHidden(varied, by: axis, at: node.position)
        }
      }
    }
  }

  private mutating func reportHidden(
    _ path: CellPath, by axis: String, at position: SourcePosition
  ) {
    decoder.mistakes.add(
      position,
      "'\(path.text)' is varied by \(axis), so this has no effect; set \(axis).\(path.text) instead"
    )
  }
}
