import ArgumentParser
import Report
import Study

/// `ouroboros run STUDY --out RUN`
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a study, alone or under mpirun; the same command again resumes it.",
    discussion: """
      Stops and saves on SIGUSR1, SIGINT, SIGTERM or after --max-hours, with exit code 75: run the \
      same command again, on any number of ranks, to continue. A rank that is silent for \
      --silence-seconds ends the job, with exit code 75 as well. A chain past --chain-hours is \
      recorded as failed; a later run with a larger limit, or none, goes on with it. Exit codes: 0 done, 65 and 66 data \
      malformed and missing, 74 I/O error, 75 stopped, 78 study file invalid, 80 finished but some \
      chains diverged or failed.
      """)

  @Argument(help: "The study file (YAML).")
  var study: String

  @ArgumentParser.Option(name: [.customLong("out"), .short], help: "The run directory; made if it does not exist.")
  var out: String

  @ArgumentParser.Option(help: "Stop and save after this many hours.")
  var maxHours: Double?

  @ArgumentParser.Option(help: "End a chain that takes longer than so many hours as failed.")
  var chainHours: Double?

  @ArgumentParser.Option(
    help: ArgumentHelp(
      "End the job when a rank has not been heard of for so long.", valueName: "seconds"))
  var silenceSeconds = 300.0

  @ArgumentParser.Option(
    help: ArgumentHelp(
      "Only this cell: its id or the first digits of it; repeatable.", valueName: "id"))
  var cell: [String] = []

  @ArgumentParser.Option(name: .customLong("set"), help: "Override a value of the study file: path=value; repeatable.")
  var set: [String] = []

  @ArgumentParser.Option(
    help: ArgumentHelp(
      "Seconds after which RUN/report.html is written again, and at the end of longer runs; 0: never.",
      valueName: "seconds"))
  var reportEvery = 60.0

  @Flag(help: "Resume although this machine's kernels give other bits than the run began with.")
  var allowNumericsChange = false

  func validate() throws {
    if let maxHours, !(maxHours > 0) {
      throw ValidationError("--max-hours: expected a number above 0, found \(maxHours)")
    }
    if let chainHours, !(chainHours > 0) {
      throw ValidationError("--chain-hours: expected a number above 0, found \(chainHours)")
    }
    guard silenceSeconds >= 1, silenceSeconds < .infinity else {
      throw ValidationError(
        "--silence-seconds: expected 1 or more seconds, found \(silenceSeconds)")
    }
    guard reportEvery >= 0, reportEvery < .infinity else {
      throw ValidationError("--report-every: expected 0 or more seconds, found \(reportEvery)")
    }
  }

  /// Needs the drawing library when the first page is due, not before.
  private var report: RunReport? {
    guard reportEvery > 0 else { return nil }
    return RunReport(everySeconds: reportEvery) { run in
      _ = try writeReport(of: run, vega: try VegaBundle.find())
    }
  }

  func run() throws {
    try reportingMistakes { try ProcessSetup.prepare() }
    let code = StudyRun.run(
      RunOptions(
        study: study, output: out, overrides: set, maxHours: maxHours, chainHours: chainHours,
        silenceSeconds: silenceSeconds, cells: cell,
        allowNumericsChange: allowNumericsChange, command: CommandLine.arguments,
        numerics: ProcessSetup.numerics,
        environment: [:], report: report))
    throw ExitCode(code)
  }
}
