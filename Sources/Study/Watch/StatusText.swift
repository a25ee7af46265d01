import Foundation
import Results

/// What `status` prints, and the head of what `watch` shows.
public struct StatusText {
  private let snapshot: RunSnapshot

  public init(_ snapshot: RunSnapshot) { self.snapshot = snapshot }

  /// State, chains, generations, time and warnings.
  public var head: [String] {
    var lines: [String] = []
    if let status = snapshot.status {
      lines.append(
        "state         \(status.state.rawValue) (as of \(status.updated), \(status.ranks) ranks)")
    } else {
      lines.append("state         preparing: no status.json yet")
    }
    let counts = ChainStatus.allCases.compactMap { status in
      snapshot.chains[status].map { "\($0) \(status.rawValue)" }
    }
    lines.append("chains        \(counts.joined(separator: ", "))")
    var line = "generations   \(snapshot.generationsCommitted) of \(snapshot.generationsPlanned)"
    if let rate = snapshot.generationsPerSecond { line += String(format: ", %.3g a second", rate) }
    lines.append(line)
    if let status = snapshot.status {
      lines.append(String(format: "elapsed       %.1f s", status.elapsedSeconds))
    }
    if let left = snapshot.remainingSeconds {
      lines.append("remaining     about \(Progress.duration(left))")
    }
    lines += snapshot.warnings.map { "warning       \(Self.plain($0))" }
    return lines
  }

  /// The last failures, newest last.
  public func failures(most: Int) -> [String] {
    snapshot.failures.suffix(most).map { failure in
      let label = snapshot.cells.first { $0.id == failure.cell }?.label ?? ""
      return Self.plain(
        "\(failure.status.rawValue): cell \(failure.cell)\(label.isEmpty ? "" : " (\(label))"), "
          + "seed \(failure.seed), generation \(failure.generation): \(failure.message)")
    }
  }

  /// A text in one line and without what a terminal would obey: it comes from files.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "?"
          default: scalar
          }
        }))
  }
}
