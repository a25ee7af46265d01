import Foundation
import Options
import Study
import Testing

/// The JSON Schema of study files, and the lists.
@Suite struct SchemaTests {
  /// Set to write the golden file anew; Tests/Golden/study.schema.py then checks it.
  private static let regenerate =
    ProcessInfo.processInfo.environment["OUROBOROS_REGENERATE_GOLDEN"] != nil

  private static func golden(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name)")
  }

  @Test func isTheSnapshot() throws {
    let file = SchemaTests.golden("study.schema.json")
    let schema = StudySchema.json(smallCatalogue)
    if SchemaTests.regenerate { try Data(schema.utf8).write(to: file) }
    #expect(try String(contentsOf: file, encoding: .utf8) == schema)
  }

  @Test func isJSON() throws {
    for catalogue in [smallCatalogue, Catalogue.standard] {
      let json = StudySchema.json(catalogue)
      let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
      #expect(object?["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
    }
  }

  /// Every option of every component stands in the schema with type, range, default, help and unit.
  @Test func holdsEveryDeclaration() throws {
    let root = StudySchema.value(smallCatalogue)
    for kind in ComponentKind.allCases {
      guard case .list(let branches)? = root["definitions"]?[kind.rawValue]?["anyOf"] else {
        Issue.record("no definition of \(kind)")
        continue
      }
      for component in smallCatalogue.all(kind) {
        let branch = try #require(
          branches.first { $0["properties"]?["name"]?["const"] == .text(component.name) })
        for option in component.options {
          let schema = try #require(branch["properties"]?[option.name])
          #expect(schema["default"] == option.defaultValue)
          #expect(schema["x-unit"] == option.unit.map { .text($0) })
          guard case .text(let help)? = schema["description"] else {
            Issue.record("\(option.name) has no help")
            continue
          }
          #expect(help.hasPrefix(option.help))
          #expect(schema["type"] != nil || schema["enum"] != nil || schema["anyOf"] != nil)
        }
      }
    }
    let components = root["definitions"]?["model"]?["anyOf"]
    guard case .list(let models)? = components else { return }
    let mixture = try #require(
      models.first { $0["properties"]?["name"]?["const"] == .text("mixture") })
    #expect(mixture["properties"]?["components"]?["minimum"] == .integer(1))
    #expect(mixture["properties"]?["components"]?["maximum"] == .integer(64))
    #expect(mixture["properties"]?["tolerance"]?["exclusiveMinimum"] == .real(0))
  }

  private static let soundStudies = [
    edited(), edited(3, "model: {name: mixture, bandwidth: 0.5, label: x}"),
    edited(
      adding:
        "matrix: {model.components: [1, 2], loop.policy: [replace, accumulate]}\nexclude: [{loop.policy: replace, model.components: 1}]"
    ),
    edited(
      6, "  samples: [1, 2, 3, 4]\n  corrector: {name: shrink}",
      adding: "keep: {samples: [0, last], models: [last]}\nresources: {shards: 1, reproducible: false}"),
    edited(8, "seeds: [4, 2]"),
    edited(3, "# no model", adding: "zip: {model: [mixture, gaussian]}"),
  ]

  @Test(arguments: soundStudies)
  func acceptsSoundStudies(_ text: String) throws {
    let root = StudySchema.value(smallCatalogue)
    _ = try expanded(text)
    #expect(schemaMistakes(try StudyFile.value(of: text), root, root: root) == [])
  }

  /// What a schema can say about one document is refused by it as well.
  @Test(arguments: [
    "unknown key", "unknown loop key", "missing generations", "missing seeds", "name with a path",
    "long name", "unknown data set", "unknown model", "unknown option", "option out of range",
    "option of the wrong type", "misspelt choice", "text too long", "element of a list",
    "mandatory option",
    "component without a name", "no metrics", "no generations", "seeds as a count", "negative seed",
    "bias too large", "bias zero", "bad start", "keep word", "unknown preset",
  ])
  func refusesMalformedStudies(_ name: String) throws {
    let bad = try #require(badValues.first { $0.name == name })
    let root = StudySchema.value(smallCatalogue)
    let value = try StudyFile.value(of: String(decoding: bad.bytes, as: UTF8.self))
    #expect(!schemaMistakes(value, root, root: root).isEmpty)
  }

  @Test func everyPresetFitsTheSchemaAndHasItsHeader() throws {
    #expect(!PresetRegistry.all.isEmpty)
    #expect(Set(PresetRegistry.all.map(\.name)).count == PresetRegistry.all.count)
    for preset in PresetRegistry.all {
      for word in ["# Paper:", "# Shows:", "# Expected:", "# Size:"] {
        #expect(preset.text.contains(word), "\(preset.name) does not say \(word)")
      }
      #expect(preset.summary.count > 20)
      // What `list presets` says of the cost.
      let size = preset.header("Size")
      #expect(size.contains("chains") || size.contains("seeds"), "\(preset.name): \(size)")
      let tellsTime = ["second", "minute", "hour", "day"].contains { size.contains($0) }
      #expect(tellsTime, "\(preset.name): \(size)")
      #expect(!preset.header("Paper").isEmpty && !preset.header("Paper").contains("Shows:"))
      #expect(Listing.presetText.contains(preset.header("Size")))
      let text = try PresetRegistry.text(named: preset.name)
      #expect(text == StudySchema.editorLine + "\n" + preset.text)
    }
    let preset = try #require(PresetRegistry.named("collapse-or-thrive/gaussian"))
    let plan = try StudyFile.parse(Array(preset.text.utf8), name: "p", directory: "/")
    #expect(plan.cells.count == 50 && plan.chainCount == 5000 && plan.families.count == 25)
  }

  /// The presets use what the registries hold.
  @Test(
    .enabled(
      if: !Catalogue.standard.all(.model).isEmpty && !Catalogue.standard.all(.policy).isEmpty),
    arguments: PresetRegistry.all.map(\.name))
  func presetsAreSound(_ name: String) throws {
    let preset = try #require(PresetRegistry.named(name))
    let plan = try StudyFile.parse(Array(preset.text.utf8), name: name, directory: "/")
    #expect(plan.chainCount > 0)
    let root = StudySchema.value()
    #expect(schemaMistakes(try StudyFile.value(of: preset.text), root, root: root) == [])
  }

  @Test func listsNameEveryOption() throws {
    let text = Listing.text(.model, in: smallCatalogue)
    #expect(text.contains("gaussian  A Gaussian fitted by its moments. [Shumailov et al. 2024]\n"))
    #expect(text.contains("components  = 2"))
    #expect(text.contains("an integer from 1 to 64, components"))
    #expect(Listing.text(.policy, in: smallCatalogue).contains("alpha  (mandatory)"))
    let json = Listing.json(.dataset, in: smallCatalogue)
    let list = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
    #expect(list?.map { $0["name"] as? String } == ["gaussian", "table"])
    let option = (list?[1]["options"] as? [[String: Any]])?.first
    #expect(option?["mandatory"] as? Bool == true && option?["accepts"] as? String == "a path")
    #expect(Listing.presetText.contains("collapse-or-thrive/gaussian"))
    #expect(
      try JSONSerialization.jsonObject(with: Data(Listing.presetJSON.utf8)) is [[String: Any]])
  }
}

extension OptionValue {
  fileprivate subscript(key: String) -> OptionValue? {
    if case .map(let entries) = self { entries[key] } else { nil }
  }
}
