/// A study shipped with the program.
public struct Preset: Sendable {
  /// `paper/experiment`, e.g. `collapse-or-thrive/gaussian`.
  public let name: String
  /// The study file, comments included: they give the paper, the figure and the expected numbers.
  public let text: String

  init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// The first comment line: what the study reproduces.
  public var summary: String {
    let line = text.split(separator: "\n").first { $0.hasPrefix("#") } ?? ""
    return String(line.drop { $0 == "#" || $0 == " " })
  }
}

/// The shipped studies, in the order of `list presets`. Adding one is a file in `Sources/Study/Presets`
/// and a line here; the files become part of the program, so an installed copy needs nothing beside it.
public enum PresetRegistry {
  public static let all: [Preset] = [
    Preset("collapse-or-thrive/gaussian", PackageResources.collapse_or_thrive_gaussian_yaml)
  ]

  /// The preset of a name; `nil` where there is none.
  public static func named(_ name: String) -> Preset? { all.first { $0.name == name } }

  /// The text of a preset, for a new study file.
  ///
  /// - Throws: `StudyError` with exit code 64 for an unknown name, with the nearest one.
  public static func text(named name: String) throws(StudyError) -> String {
    if let preset = named(name) { return preset.text }
    var decoder = ValueDecoder()
    let place = SourcePosition(.option("--preset"), line: 0, column: 0)
    decoder.unknown("preset", name, of: "", at: place, valid: all.map(\.name))
    do throws(StudyError) {
      try decoder.mistakes.throwIfAny()
    } catch {
      throw error.exiting(64)
    }
    return ""
  }
}
