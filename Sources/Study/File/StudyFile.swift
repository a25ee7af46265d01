import Foundation
import Options
import Results

/// Reads study files.
public enum StudyFile {
  /// Reads a study file and expands it into a plan; every cell is fully checked.
  ///
  /// - Parameters:
  ///   - path: the YAML file. Relative data paths in it are kept as written, so that a cell's id does
  ///     not depend on where the study lies, and are looked up from the file's directory.
  ///   - overrides: `path=value` texts of `--set`, applied in order.
  ///   - catalogue: what the study may name.
  /// - Throws: `StudyError` with every mistake found and the exit code.
  public static func load(
    path: String, overrides: [String] = [], catalogue: Catalogue = .standard
  ) throws(StudyError) -> StudyPlan {
    let source = try SourceText.read(path: path, limit: YAMLReader.Limits.study.bytes)
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().resolvingSymlinksInPath()
    return try plan(source, directory.path, overrides, catalogue)
  }

  /// Expands the text of a study file.
  ///
  /// - Parameters:
  ///   - text: the bytes of the file.
  ///   - name: the file's name in messages.
  ///   - directory: where relative data paths start.
  /// - Throws: `StudyError`.
  public static func parse(
    _ text: [UInt8], name: String, directory: String, overrides: [String] = [],
    catalogue: Catalogue = .standard
  ) throws(StudyError) -> StudyPlan {
    let limit = YAMLReader.Limits.study.bytes
    let origin = SourcePosition.Origin.file(name)
    guard text.count <= limit else {
      throw StudyError(
        SourcePosition(origin, line: 0, column: 0),
        "\(text.count) bytes: expected at most \(limit) bytes", exitCode: 65)
    }
    return try plan(SourceText(bytes: text[...], origin: origin), directory, overrides, catalogue)
  }

  /// The value a study text holds, read strictly but not checked against any declaration; what a
  /// schema is applied to.
  ///
  /// - Throws: `StudyError`.
  public static func value(of text: String) throws(StudyError) -> OptionValue {
    try document(SourceText(bytes: Array(text.utf8)[...], origin: .file("study"))).value
  }

  private static func plan(
    _ source: SourceText, _ directory: String, _ overrides: [String], _ catalogue: Catalogue
  ) throws(StudyError) -> StudyPlan {
    let overrides = try overrides.map { text throws(StudyError) in try Override(text) }
    let root = try document(source)
    var tree = try merged(root, presetName(root, overrides), catalogue)
    for override in overrides { tree = override.applied(to: tree) }
    var decoder = StudyDecoder(catalogue: catalogue)
    decoder.checkVisible(overrides, file: root, in: tree)
    let hash = sha256Hex(
      Array(([source.text] + overrides.map(\.text)).joined(separator: "\u{0}").utf8))
    return try decoder.plan(tree, directory: directory, sourceHash: hash)
  }

  /// The mapping a text holds.
  private static func document(_ source: SourceText) throws(StudyError) -> StudyNode {
    guard let root = try YAMLReader.read(source), !root.isNull else {
      throw StudyError(
        SourcePosition(source.origin, line: 1, column: 1),
        "the study is empty: expected keys such as study, dataset, model, loop")
    }
    guard root.entries != nil else {
      throw StudyError(
        root.position, "expected a mapping with keys such as study, found \(root.value.shown)")
    }
    return root
  }

  /// The preset named on the command line or in the file.
  private static func presetName(_ root: StudyNode, _ overrides: [Override]) -> StudyNode? {
    overrides.last { $0.path == ["preset"] }?.value ?? root["preset"]?.value
  }

  /// The study on top of its preset, if it names one.
  private static func merged(
    _ root: StudyNode, _ name: StudyNode?, _ catalogue: Catalogue
  ) throws(StudyError) -> StudyNode {
    guard let name, !name.isNull else { return root }
    var decoder = ValueDecoder()
    guard let text = name.text else {
      decoder.expected("the name of a preset", name, subject: "'preset'")
      try decoder.mistakes.throwIfAny()
      return root
    }
    guard let preset = PresetRegistry.named(text) else {
      decoder.unknown(
        "preset", text, of: "", at: name.position, valid: PresetRegistry.all.map(\.name))
      try decoder.mistakes.throwIfAny()
      return root
    }
    let source = try SourceText(bytes: Array(preset.text.utf8)[...], origin: .preset(text))
    return try document(source).overlaid(with: root)
  }
}

extension StudyNode {
  /// This study with another's keys on top. Mappings are merged key by key; a component is replaced
  /// whole when the other names a different one; `matrix`, `zip` and `exclude` are replaced whole.
  func overlaid(with other: StudyNode, key: String = "") -> StudyNode {
    guard !["matrix", "zip", "exclude"].contains(key), let theirs = other.entries else {
      return other
    }
    let ownName = text ?? self["name"]?.value.text
    if let name = other["name"]?.value.text, name != ownName { return other }
    guard var result = text == nil ? entries : [] else { return other }
    if text != nil { result = [Entry(key: "name", keyPosition: position, value: self)] }
    for entry in theirs {
      if let index = result.firstIndex(where: { $0.key == entry.key }) {
        let value = result[index].value.overlaid(with: entry.value, key: entry.key)
        result[index] = Entry(key: entry.key, keyPosition: entry.keyPosition, value: value)
      } else {
        result.append(entry)
      }
    }
    return StudyNode(content: .map(result), position: other.position)
  }
}
