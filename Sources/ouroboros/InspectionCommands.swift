import ArgumentParser
import Foundation
import Results
import Study

/// `ouroboros diff RUN1 RUN2`
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare the results of two runs bit by bit.",
    discussion: "Exit code 0 when every value of every chain is the same, 1 otherwise; times are ignored.")

  @Argument(help: "A run directory.")
  var first: String

  @Argument(help: "Another run directory.")
  var second: String

  func run() throws {
    let same = try reportingMistakes {
      let comparison = try compareRuns(
        RunDirectory(existing: first), RunDirectory(existing: second))
      if let difference = comparison.firstDifference {
        print("different: \(comparison.chainsDifferent) of \(comparison.chainsCompared) chains; first: \(difference)")
      } else {
        print("identical: \(comparison.chainsCompared) chains, \(comparison.valuesCompared) values")
      }
      return comparison.isIdentical
    }
    if !same { throw ExitCode(1) }
  }
}

/// `ouroboros verify RUN`
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check every checksum, every planned chain and the database of a run.",
    discussion: "Exit code 0 when the run is sound and complete, 65 when something is damaged, 75 when it is sound but unfinished.")

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"))
  var path: String

  func run() throws {
    let report = try reportingMistakes {
      let directory = try RunDirectory(existing: path)
      let plan = try StudyPlan.read(path: directory.plan)
      return try verifyRun(directory, planned: plan.plannedChains)
    }
    for problem in report.problems { print("damaged: \(problem)") }
    for line in report.unfinished.prefix(20) { print("unfinished: \(line)") }
    if report.unfinished.count > 20 { print("and \(report.unfinished.count - 20) more unfinished") }
    print(
      "\(report.records) records in \(report.segments) segments, \(report.bytes) bytes, \(report.generations) generations, \(report.rowsCompared) database rows compared")
    if !report.isSound { throw ExitCode(65) }
    if !report.isComplete { throw ExitCode(75) }
  }
}
