import ArgumentParser
import Study

/// `ouroboros schema`: the JSON Schema of study files, for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema (draft-07) of study files.",
    discussion: """
      Editors with a YAML language server complete and check study files that begin with
      \(StudySchema.editorLine)
      once `ouroboros schema > study.schema.json` has put the schema beside them.
      """)

  func run() throws { print(StudySchema.json(), terminator: "") }
}
