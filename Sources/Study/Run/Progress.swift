import Foundation
import Glibc
import Loops
import Results

/// Progress on standard error: one live line on a terminal, a plain line every 30 s elsewhere.
struct Progress {
  private let chains: Int
  private let generations: Int
  private let isTerminal = isatty(2) == 1
  private var last = monotonicSeconds()
  private var isOpen = false

  private static let terminalSeconds = 0.2
  private static let logSeconds = 30.0

  init(chains: Int, generations: Int) {
    self.chains = chains
    self.generations = generations
  }

  /// - Parameters:
  ///   - new: generations of this session, from which the rate comes.
  ///   - fits: the fits in hand.
  mutating func show(
    chains done: Int, generations committed: Int, new: Int, elapsed: Double, fits: [FitStatus]
  ) {
    let now = monotonicSeconds()
    guard now - last >= (isTerminal ? Self.terminalSeconds : Self.logSeconds) else { return }
    last = now
    var line = "chains \(done)/\(chains), generations \(committed)/\(generations)"
    if new > 0, elapsed > 0 {
      let rate = Double(new) / elapsed
      line += String(format: ", %.3g generations/s", rate)
      line += ", " + Progress.duration(Double(generations - committed) / rate) + " left"
    }
    line += Progress.words(for: fits)
    if isTerminal {
      write("\r\u{1B}[K" + line)
      isOpen = true
    } else {
      write(line + "\n")
    }
  }

  /// The first fit, and how many there are besides; empty where there is none.
  static func words(for fits: [FitStatus]) -> String {
    guard let fit = fits.first else { return "" }
    var line = "; seed \(fit.seed) generation \(fit.generation): step \(fit.step)/\(fit.steps)"
    if let loss = fit.loss { line += String(format: ", loss %.3g", loss) }
    return fits.count > 1 ? line + " (+\(fits.count - 1))" : line
  }

  /// A line of its own.
  mutating func say(_ line: String) {
    end()
    write(line + "\n")
  }

  /// Ends the live line.
  mutating func end() {
    if isOpen { write("\n") }
    isOpen = false
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Seconds as people say them, e.g. `3 min 20 s`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded(.up))
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(whole % 60) s"
    default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
  }
}
