import ArgumentParser
import Study

/// `ouroboros validate STUDY`: checks a study file and every one of its cells; writes nothing.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check a study file and every one of its cells.")

  @OptionGroup var arguments: StudyArguments

  func run() throws {
    let plan = try arguments.plan()
    print(
      "OK \(plan.study): \(plan.cells.count) cells × \(plan.seeds.count) seeds = "
        + "\(plan.chainCount) chains of \(plan.generations) generations")
  }
}
