import ArgumentParser
import Report
import Results

/// `ouroboros report RUN [-o FILE]`
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make one HTML file of a run, finished or in progress.",
    discussion: """
      The file needs nothing beside it and no network. The charts are drawn by Vega, which launch/vega \
      makes once from the system's packages; OUROBOROS_VEGA names another file.
      """)

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"))
  var path: String

  @ArgumentParser.Option(
    name: .shortAndLong, help: ArgumentHelp("The file; report.html in the run.", valueName: "file"))
  var output: String?

  func run() throws {
    try reportingMistakes {
      do {
        let report = try writeReport(
          of: RunDirectory(existing: path), to: output, vega: try VegaBundle.find())
        print("\(report.path): \(report.charts) charts, \(report.bytes) bytes")
      } catch let error as ReportError {
        throw failure("\(error)", error.exitCode)
      }
    }
  }
}
