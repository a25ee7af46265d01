import ArgumentParser
import Foundation
import Results
import Study

/// `ouroboros status RUN`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How far a run is, from its files alone.")

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"))
  var path: String

  @Flag(help: "The contents of status.json.")
  var json = false

  func run() throws {
    try reportingMistakes {
      let directory = try RunDirectory(existing: path)
      let status = try directory.readStatus()
      if json {
        print(String(decoding: try directory.contents(of: "status.json"), as: UTF8.self), terminator: "")
        return
      }
      let chains = status.chains.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      print("state         \(status.state.rawValue) (as of \(status.updated), \(status.ranks) ranks)")
      print("chains        \(chains.joined(separator: ", "))")
      print("generations   \(status.generationsCommitted) of \(status.generationsPlanned)")
      print(String(format: "elapsed       %.1f s", status.elapsedSeconds))
      if status.state == .running, let left = status.remainingSeconds {
        print(String(format: "remaining     about %.0f s", left))
      }
      for warning in status.warnings { print("warning       \(warning)") }
      for failure in try directory.readFailures().suffix(20) {
        print(
          "\(failure.status.rawValue): cell \(failure.cell), seed \(failure.seed), generation \(failure.generation): \(failure.message)")
      }
    }
  }
}

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

/// `ouroboros export RUN --csv DIR`
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the tables of a run as CSV files.")

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"))
  var path: String

  @ArgumentParser.Option(help: "The directory for metrics.csv, chains.csv, cells.csv and summary.csv.")
  var csv: String

  func run() throws {
    try reportingMistakes {
      let rows = try exportCSV(RunDirectory(existing: path), to: csv)
      for (name, count) in rows.sorted(by: { $0.key < $1.key }) { print("\(csv)/\(name): \(count) rows") }
    }
  }
}
