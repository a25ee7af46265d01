import ArgumentParser
import Results
import Study

/// `ouroboros status RUN`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How far a run is, from its files alone.")

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"), completion: .directory)
  var path: String

  @Flag(help: "The contents of status.json.")
  var json = false

  private static let failuresShown = 20

  func run() throws {
    try reportingMistakes {
      let directory = try RunDirectory(existing: path)
      if json {
        _ = try directory.readStatus()
        print(String(decoding: try directory.contents(of: "status.json"), as: UTF8.self), terminator: "")
        return
      }
      let text = StatusText(try RunFollower(directory).next())
      for line in text.head + text.failures(most: Self.failuresShown) { print(line) }
    }
  }
}
