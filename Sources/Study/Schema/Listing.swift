import Options

/// What `list` prints: tables of components, options and presets, made from the declarations.
public enum Listing {
  /// The components of a kind with their options, for people.
  public static func text(_ kind: ComponentKind, in catalogue: Catalogue = .standard) -> String {
    var result = ""
    for component in catalogue.all(kind) {
      let source = component.source.isEmpty ? "" : " [\(component.source)]"
      result += "\(component.name)  \(component.summary)\(source)\n"
      let rows = component.options.map(row)
      let widths = (0..<3).map { column in rows.map { $0[column].unicodeScalars.count }.max() ?? 0 }
      for row in rows {
        let cells = zip(row, widths).map {
          $0 + String(repeating: " ", count: $1 - $0.unicodeScalars.count)
        }
        result += "    " + cells.joined(separator: "  ") + "  " + row[3] + "\n"
      }
    }
    return result.isEmpty ? "there are no \(kind.plural)\n" : result
  }

  /// Name, default, accepted values with unit, help.
  private static func row(_ option: OptionSpec) -> [String] {
    let standard = option.defaultValue.map { "= \($0.canonicalJSON)" } ?? "(mandatory)"
    let unit = option.unit.map { ", \($0)" } ?? ""
    return [option.name, standard, option.kind.description + unit, option.help]
  }

  /// The components of a kind as a JSON list, schema of each option included.
  public static func json(_ kind: ComponentKind, in catalogue: Catalogue = .standard) -> String {
    let components = catalogue.all(kind).map { component in
      OptionValue.map([
        "name": .text(component.name), "summary": .text(component.summary),
        "source": .text(component.source),
        "options": .list(
          component.options.map { option in
            .map([
              "name": .text(option.name), "mandatory": .flag(option.defaultValue == nil),
              "accepts": .text(option.kind.description), "schema": option.schema,
            ])
          }),
      ])
    }
    return OptionValue.list(components).indentedJSON + "\n"
  }

  /// The presets: what each shows, and below it what it costs.
  public static var presetText: String {
    let width = PresetRegistry.all.map(\.name.count).max() ?? 0
    return PresetRegistry.all.map { preset in
      preset.name + String(repeating: " ", count: width - preset.name.count + 2) + preset.summary
        + "\n" + String(repeating: " ", count: width + 2) + preset.header("Size") + "\n"
    }
    .joined()
  }

  /// The presets as a JSON list.
  public static var presetJSON: String {
    let presets = PresetRegistry.all.map { preset in
      OptionValue.map([
        "name": .text(preset.name), "summary": .text(preset.summary),
        "paper": .text(preset.header("Paper")), "size": .text(preset.header("Size")),
      ])
    }
    return OptionValue.list(presets).indentedJSON + "\n"
  }
}
