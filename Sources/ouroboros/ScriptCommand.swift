import ArgumentParser
import Foundation
import Study

extension Scheduler: ExpressibleByArgument {}

/// `ouroboros script --scheduler slurm STUDY --out RUN`: a batch script to submit.
struct ScriptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "script", abstract: "Write the batch script of a study for Slurm, Grid Engine, PBS or LSF.",
    discussion: """
      The job saves before its time limit and goes on in the next one until the study is done. Study, run \
      directory, program and repository have to be at the same path on all hosts.
      """)

  @ArgumentParser.Option(help: "The batch system.")
  var scheduler: Scheduler

  @OptionGroup var arguments: StudyArguments

  @ArgumentParser.Option(name: .customLong("out"), help: "The run directory.")
  var out: String

  @ArgumentParser.Option(help: "Hosts.")
  var nodes = 1

  @ArgumentParser.Option(help: "MPI ranks on each host; one of all coordinates.")
  var ranksPerNode = 8

  @ArgumentParser.Option(help: "The time limit of one job.")
  var hours = 4.0

  @ArgumentParser.Option(
    help: ArgumentHelp("How long before the limit the run saves and stops.", valueName: "seconds"))
  var saveBefore = 300

  @ArgumentParser.Option(help: "The account or project that pays.")
  var account: String?

  @ArgumentParser.Option(name: [.customLong("queue"), .customLong("partition")], help: "The queue or partition.")
  var queue: String?

  @ArgumentParser.Option(help: ArgumentHelp("Grid Engine's parallel environment.", valueName: "name"))
  var parallelEnvironment = "mpi"

  @ArgumentParser.Option(
    help: ArgumentHelp("The repository's folder launch; looked for above the program.", valueName: "folder"))
  var launch: String?

  @ArgumentParser.Option(name: .shortAndLong, help: "The file to write; printed where it is not given.")
  var output: String?

  func run() throws {
    let plan = try arguments.plan()
    let script = try reportingMistakes {
      try BatchScript(
        scheduler, study: plan.study, file: absolute(arguments.study), run: absolute(out),
        overrides: arguments.overrides, launch: try launchFolder(), program: program.path,
        script: output.map(absolute), nodes: nodes, ranksPerNode: ranksPerNode, hours: hours,
        saveBeforeSeconds: saveBefore, account: account, queue: queue,
        parallelEnvironment: parallelEnvironment)
    }
    guard let output else {
      print(script.text, terminator: "")
      return
    }
    do {
      try Data(script.text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch {
      throw failure("\(output): cannot be written: \(error)", 74)
    }
    print("wrote \(output); next: \(scheduler.submission(of: output))")
  }

  private var program: URL { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath() }

  private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

  private func launchFolder() throws -> String {
    if let launch { return absolute(launch) }
    var folder = program.deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("launch")
      if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("common.bash").path) {
        return candidate.path
      }
      folder.deleteLastPathComponent()
    }
    throw failure("there is no folder launch above \(program.path): name it with --launch", 66)
  }
}
