import ArgumentParser
import Study

/// The study file and what overrides it; shared by the commands that read one.
struct StudyArguments: ParsableArguments {
  @Argument(help: "The study file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
  var study: String

  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Override one key, e.g. loop.bias=0.5 or matrix.model.components='[1, 2]'; repeatable.",
      valueName: "path=value"))
  var overrides: [String] = []

  /// The expanded study; on mistakes prints them and exits.
  func plan() throws -> StudyPlan {
    try reportingMistakes { try StudyFile.load(path: study, overrides: overrides) }
  }
}
