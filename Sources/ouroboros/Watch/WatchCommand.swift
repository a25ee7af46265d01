import ArgumentParser
import Foundation
import Results
import Study

/// `ouroboros watch RUN`
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Show a run as it goes on, from its files alone.",
    discussion: """
      Works on any machine that sees the run directory, and never writes to it. Failures come first, \
      then progress, then for each cell the median of its telling metrics over the generations. Ends \
      when the run ends. Where the output is no terminal, prints once.
      """)

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"), completion: .directory)
  var path: String

  @ArgumentParser.Option(
    help: "A metric to show, or how its name begins, e.g. frechet; repeatable.")
  var metric: [String] = []

  @ArgumentParser.Option(help: ArgumentHelp("Seconds between two pictures.", valueName: "seconds"))
  var every = 2.0

  @Flag(help: "Print once, without escape sequences.")
  var once = false

  /// Columns of a picture that goes to no terminal.
  private static let plainWidth = 120

  func validate() throws {
    guard (0.1...3600).contains(every) else {
      throw ValidationError("--every: expected 0.1 to 3600 seconds, found \(every)")
    }
  }

  func run() throws {
    let follower = try reportingMistakes {
      try RunFollower(RunDirectory(existing: path), metrics: metric)
    }
    guard !once, let terminal = Terminal() else {
      let snapshot = try reportingMistakes { try follower.next() }
      let screen = WatchScreen(snapshot, width: Self.plainWidth, height: nil, hasColours: false)
      for line in screen.lines { print(line) }
      if !follower.unknownMetrics.isEmpty { throw ExitCode(64) }
      return
    }
    let last = try reportingMistakes { try follow(follower, on: terminal) }
    let screen = WatchScreen(
      last, width: terminal.size.columns, height: nil, hasColours: terminal.hasColours)
    for line in screen.lines { print(line) }
  }

  /// Draws until the run is over or a signal asks to end; the last picture.
  private func follow(_ follower: RunFollower, on terminal: Terminal) throws -> RunSnapshot {
    terminal.begin()
    defer { terminal.end() }
    var snapshot = try follower.next()
    while true {
      let (columns, rows) = terminal.size
      terminal.draw(
        WatchScreen(snapshot, width: columns, height: rows, hasColours: terminal.hasColours).lines)
      if snapshot.isOver { return snapshot }
      switch terminal.rest(seconds: every) {
      case .rested: snapshot = try follower.next()
      case .resized: continue
      case .interrupted: return snapshot
      }
    }
  }
}
