import ArgumentParser
import Foundation
import MPI

/// Runs the checks of the MPI library by name, one JSON line each: the form the tests use.
struct RankCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank-check",
    abstract: "Run named checks of the MPI library and print one JSON line for each.",
    discussion:
      "Checks: \(RankCheck.all.map(\.name).joined(separator: ", ")); `throw` fails on purpose.",
    shouldDisplay: false)

  @Argument(help: "The checks to run; none for all.")
  var names: [String] = []

  @Option(help: "For `throw`: the rank that fails.")
  var rank = 0

  @Option(help: "For `throw`: its exit code.")
  var code: Int32 = 41

  func validate() throws {
    for name in names where name != "throw" && !RankCheck.all.contains(where: { $0.name == name }) {
      let known = RankCheck.all.map(\.name) + ["throw"]
      throw ValidationError("no check '\(name)'; there are: \(known.joined(separator: ", "))")
    }
  }

  func run() throws {
    let chosen = names.isEmpty ? RankCheck.all.map(\.name) : names
    let passed = withMPI { world in
      var passed = true
      for name in chosen {
        guard let check = RankCheck.all.first(where: { $0.name == name }) else {
          try DeliberateFailure.run(on: world, rank: rank, exitCode: code)
          continue
        }
        let result = try check.run(on: world)
        passed = passed && result.passed
        if world.isRoot { try printLine(result) }
      }
      return passed
    }
    if !passed { throw ExitCode(internalErrorExitCode) }
  }

  private func printLine(_ result: RankCheckResult) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    FileHandle.standardOutput.write(try encoder.encode(result) + Data("\n".utf8))
  }
}
