import ArgumentParser
import Study

/// `ouroboros plan STUDY`: what a run would do and need; starts nothing.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show cells, chains, cost, bytes, files and time of a study.")

  @OptionGroup var arguments: StudyArguments

  @Option(name: .customShort("n"), help: "MPI ranks; with more than one, one of them coordinates.")
  var ranks = 1

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(ranks) else {
      throw ValidationError("-n: expected 1 to 1000000 ranks, found \(ranks)")
    }
  }

  func run() throws {
    let plan = try arguments.plan()
    let estimate = try reportingMistakes {
      try StudyEstimate(plan, shapes: plan.datasetShapes(), ranks: ranks)
    }
    print(json ? estimate.json : estimate.table(title: plan.study))
  }
}
