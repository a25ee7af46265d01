import Loops
import Options

extension StudyPlan {
  /// The version of the frozen form that this program writes and reads.
  static let formatVersion = 1

  /// The frozen form, `plan.json`: everything a run needs. The same plan gives the same bytes; one
  /// cell a line.
  ///
  /// - Complexity: O(cells × parameters).
  public var json: String {
    let head: [(String, OptionValue)] = [
      ("ouroboros_plan", .integer(StudyPlan.formatVersion)),
      ("study", .text(study)),
      ("seed", .integer(Int(seed))),
      ("directory", .text(directory)),
      ("source_sha256", .text(sourceHash)),
      ("paper", .text(paper)),
      ("notes", .text(notes)),
      ("generations", .integer(generations)),
      ("seeds", SeedRange.canonical(seeds)),
      ("metrics", .list(metrics.map(\.value))),
      (
        "keep",
        .map([
          "samples": .list(keep.samples.map { .integer($0) }),
          "models": .list(keep.models.map { .integer($0) }),
          "fit": .flag(keep.fit),
          "previews": previews.map { .integer($0) } ?? .text("auto"),
        ])
      ),
      ("collapse", collapse.optionValue),
      ("published", .list(published.map(\.optionValue))),
      ("resources", resources.value),
    ]
    var lines = head.map { OptionValue.quoted($0) + ":" + $1.canonicalJSON + "," }
    lines.append("\"cells\":[")
    for (index, cell) in cells.enumerated() {
      guard case .map(var entries) = cell.canonical else {
        preconditionFailure("a cell is a mapping")
      }
      entries["id"] = .text(cell.id)
      let comma = index + 1 < cells.count ? "," : ""
      lines.append(OptionValue.map(entries).canonicalJSON + comma)
    }
    return StudyPlan.escaped("{\n" + lines.joined(separator: "\n") + "\n]}\n")
  }

  /// JSON text with the characters escaped that JSON allows and the plan's reader, being a YAML reader,
  /// does not take literally: DEL, C1 controls, the Unicode line separators, the byte-order mark and
  /// non-characters.
  private static func escaped(_ json: String) -> String {
    var result = String.UnicodeScalarView()
    result.reserveCapacity(json.utf8.count)
    for scalar in json.unicodeScalars {
      switch scalar.value {
      case 0x7f...0xa0, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff:
        let digits = String(scalar.value, radix: 16)
        let padding = String(repeating: "0", count: 4 - digits.count)
        result.append(contentsOf: "\\u\(padding)\(digits)".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
