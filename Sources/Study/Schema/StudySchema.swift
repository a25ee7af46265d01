import Options

/// The JSON Schema (draft-07) of study files, made from the declarations that the decoder uses.
public enum StudySchema {
  /// The first line of a study file whose schema lies beside it, for editors with a YAML language
  /// server.
  public static let editorLine = "# yaml-language-server: $schema=./study.schema.json"

  /// The schema as a value.
  ///
  /// It is as strict as a schema can be about one document: that matrix values fit their paths, that
  /// zipped lists are equally long and the like is for `validate` to say.
  public static func value(_ catalogue: Catalogue = .standard) -> OptionValue {
    var definitions: [String: OptionValue] = [:]
    for kind in ComponentKind.allCases { definitions[kind.rawValue] = catalogue.schema(kind) }
    let complete = ["study", "generations", "seeds", "metrics"]
    return .map([
      "$schema": .text("http://json-schema.org/draft-07/schema#"),
      "title": .text("Ouroboros study"),
      "type": .text("object"),
      "additionalProperties": .flag(false),
      "properties": .map(properties(catalogue)),
      "definitions": .map(definitions),
      // A preset provides what the file leaves out, the matrix may provide data set, model and loop.
      "anyOf": .list([
        .map(["required": .list([.text("preset")])]),
        .map(["required": .list(complete.map { .text($0) })]),
      ]),
    ])
  }

  /// The schema as JSON, indented, keys sorted, with a final newline.
  public static func json(_ catalogue: Catalogue = .standard) -> String {
    value(catalogue).indentedJSON + "\n"
  }

  private static func properties(_ catalogue: Catalogue) -> [String: OptionValue] {
    var properties: [String: OptionValue] = [:]
    let plain = [StudyKeys.generations, StudyKeys.seed, StudyKeys.notes, StudyKeys.paper]
    for spec in plain { properties[spec.name] = spec.schema }
    properties["study"] = .map([
      "type": .text("string"), "pattern": .text("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
      "description": .text(StudyKeys.study.help),
    ])
    properties["preset"] = .map([
      "enum": .list(PresetRegistry.all.map { .text($0.name) }),
      "description": .text(StudyKeys.preset.help),
    ])
    properties["dataset"] = reference(.dataset)
    properties["model"] = reference(.model)
    properties["metrics"] = .map([
      "type": .text("array"), "minItems": .integer(1), "items": reference(.metric),
      "description": .text("What is measured on every generation."),
    ])
    properties["loop"] = group(
      StudyKeys.loop, "Everything that happens between one fit and the next.",
      with: ["policy": reference(.policy), "corrector": reference(.corrector)])
    properties["keep"] = group(StudyKeys.keep, "What to keep besides the metrics.")
    properties["collapse"] = group(
      StudyKeys.collapse, "What collapse means here: the verdicts over seeds and the times to collapse.")
    properties["published"] = published
    properties["resources"] = group(StudyKeys.resources, "How the ranks work together.")
    properties["seeds"] = seeds
    for (key, value) in axes(catalogue) { properties[key] = value }
    return properties
  }

  private static func reference(_ kind: ComponentKind) -> OptionValue {
    .map(["$ref": .text("#/definitions/\(kind.rawValue)")])
  }

  /// A mapping of declared options.
  private static func group(
    _ specs: [OptionSpec], _ help: String, with components: [String: OptionValue] = [:]
  ) -> OptionValue {
    var properties = components
    for spec in specs { properties[spec.name] = spec.schema }
    return .map([
      "type": .text("object"), "additionalProperties": .flag(false), "description": .text(help),
      "properties": .map(properties),
    ])
  }

  private static var published: OptionValue {
    guard
      case .map(var entry) = group(
        StudyKeys.publishedValue, "A number of the publication that the study reproduces.",
        with: [
          "where": .map([
            "type": .text("object"),
            "description": .text("Paths and values of the cells it is meant for; all where left out."),
          ])
        ])
    else { preconditionFailure("a group is a mapping") }
    entry["required"] = .list(["metric", "generation", "value"].map { .text($0) })
    return .map([
      "type": .text("array"), "items": .map(entry),
      "description": .text("Published numbers, shown beside the measured ones."),
    ])
  }

  private static var seeds: OptionValue {
    .map([
      "description": .text(StudyKeys.seeds.help),
      "anyOf": .list([
        .map(["type": .text("string"), "pattern": .text("^[0-9]+(\\.\\.<|\\.\\.\\.)[0-9]+$")]),
        .map([
          "type": .text("array"), "minItems": .integer(1), "uniqueItems": .flag(true),
          "items": .map([
            "type": .text("integer"), "minimum": .integer(0),
            "maximum": .integer(StudyKeys.largestInteger),
          ]),
        ]),
      ]),
    ])
  }

  private static func axes(_ catalogue: Catalogue) -> [(String, OptionValue)] {
    let paths =
      CellPath.all(in: catalogue) + CellPath.slots.map { ($0.0 + ["name"]).joined(separator: ".") }
    func entries(_ schema: OptionValue, _ help: String) -> OptionValue {
      .map([
        "type": .text("object"), "description": .text(help), "additionalProperties": .flag(false),
        "properties": .map(
          Dictionary(paths.map { ($0, schema) }, uniquingKeysWith: { first, _ in first })),
      ])
    }
    let values = OptionValue.map(["type": .text("array"), "minItems": .integer(1)])
    return [
      ("matrix", entries(values, "Paths to lists: one cell for each combination.")),
      ("zip", entries(values, "Paths to equally long lists that advance together.")),
      (
        "exclude",
        .map([
          "type": .text("array"), "description": .text("Cells to leave out."),
          "items": entries(.map([:]), "A cell in which every path has its value is dropped."),
        ])
      ),
    ]
  }
}
