import Foundation
import Glibc
import Synchronization

/// The terminal on the standard output: its size, and a screen of its own while something is drawn.
struct Terminal {
  /// How a rest ended.
  enum Rest { case rested, resized, interrupted }

  /// Set by the signals that ask for an end.
  private static let isInterrupted = Atomic(false)
  private static let isResized = Atomic(false)

  private static let longestSleepSeconds = 0.25

  let hasColours: Bool

  /// Nil where the standard output is no terminal, or one that obeys nothing.
  init?() {
    let environment = ProcessInfo.processInfo.environment
    guard isatty(STDOUT_FILENO) == 1, environment["TERM"] != "dumb" else { return nil }
    hasColours = (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Columns and rows now; 80 × 24 where the terminal does not say.
  var size: (columns: Int, rows: Int) {
    var window = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0,
      window.ws_row > 0
    else { return (80, 24) }
    return (Int(window.ws_col), Int(window.ws_row))
  }

  /// Takes the second screen, so that the first is as it was afterwards, hides the cursor, and cuts
  /// lines at the edge.
  func begin() {
    // The first reads make the flags before a handler needs them.
    Self.isInterrupted.store(false, ordering: .relaxed)
    Self.isResized.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      catchSignal(number) { _ in Terminal.isInterrupted.store(true, ordering: .relaxed) }
    }
    catchSignal(SIGWINCH) { _ in Terminal.isResized.store(true, ordering: .relaxed) }
    write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
  }

  /// Gives everything back.
  func end() { write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l") }

  /// Draws lines over the last ones, without a blank picture between them.
  func draw(_ lines: [String]) {
    write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
  }

  /// Sleeps; a signal ends the sleep.
  func rest(seconds: Double) -> Rest {
    let end = ContinuousClock.now + .seconds(seconds)
    while !Self.isInterrupted.load(ordering: .relaxed) {
      if Self.isResized.exchange(false, ordering: .relaxed) { return .resized }
      let left = (end - ContinuousClock.now) / .seconds(1)
      guard left > 0 else { return .rested }
      // A signal that comes just before the sleep is seen a moment later.
      usleep(UInt32(min(left, Self.longestSleepSeconds) * 1e6))
    }
    return .interrupted
  }

  /// Without SA_RESTART: a sleep ends.
  private func catchSignal(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    sigaction(number, &action, nil)
  }

  private func write(_ text: String) {
    // A terminal that has gone away ends the program by SIGHUP; nothing else is to be done.
    try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
  }
}
