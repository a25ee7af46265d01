import Foundation
import Results

/// The live view of a run as lines for a terminal of a given size; pure, so that it can be tested.
///
/// Failures come first, then the run, then one line a cell: chains, share of the generations, and the
/// median of each metric over the seeds as a curve over the generations. The curves of a metric share
/// one scale, so that cells can be compared.
public struct WatchScreen {
  private let snapshot: RunSnapshot
  private let width: Int
  private let height: Int?
  private let hasColours: Bool

  private static let failuresShown = 5
  private static let narrowest = 20
  private static let gap = "  "

  /// - Parameters:
  ///   - height: nil for as many lines as there is to say.
  ///   - hasColours: bold, dim and red by escape sequences.
  public init(_ snapshot: RunSnapshot, width: Int, height: Int?, hasColours: Bool) {
    self.snapshot = snapshot
    self.width = max(width, Self.narrowest)
    self.height = height
    self.hasColours = hasColours
  }

  /// At most `height` lines of at most `width` columns.
  public var lines: [String] {
    let text = StatusText(snapshot)
    var lines = [styled("1", cut(title))]
    let failures = text.failures(most: Self.failuresShown)
    if snapshot.failedChains > 0 {
      let count = snapshot.failedChains
      lines.append(styled("1;31", cut("\(count) chain\(count == 1 ? "" : "s") without a result")))
    }
    lines += failures.map { styled("31", cut("  " + $0)) }
    lines += text.head.map(cut)
    lines.append(cut("progress      " + bar))
    lines.append("")
    let room = height.map { max(0, $0 - lines.count) } ?? Int.max
    lines += cells(room: room)
    return Array(lines.prefix(height ?? lines.count))
  }

  private var title: String { "ouroboros  " + StatusText.plain(snapshot.study) }

  private var share: Double {
    snapshot.generationsPlanned > 0
      ? Double(snapshot.generationsCommitted) / Double(snapshot.generationsPlanned) : 0
  }

  private var bar: String {
    let letters = max(4, min(40, width - 22))
    let full = min(letters, Int(share * Double(letters)))
    return "[" + String(repeating: "#", count: full)
      + String(repeating: "-", count: letters - full) + "] " + Self.percent(share)
  }

  /// Rounded down: 100 % is the end.
  private static func percent(_ share: Double) -> String { "\(Int(share * 100)) %" }

  /// The table of cells in at most `room` lines. Where not all fit, those with failures and those
  /// that run come first.
  private func cells(room: Int) -> [String] {
    guard room > 1 else { return [] }
    var cells = snapshot.cells
    var hidden = 0
    if cells.count > room - 1 {
      let shown = max(0, room - 2)
      hidden = cells.count - shown
      // A sort of indices keeps the plan's order within a rank.
      let order = cells.indices.sorted {
        (Self.rank(cells[$0].progress), $0) < (Self.rank(cells[$1].progress), $1)
      }
      cells = order.prefix(shown).map { cells[$0] }
    }
    let table = WatchTable(snapshot, cells: cells, width: width)
    var lines = [styled("2", cut(table.header))]
    for (cell, line) in zip(cells, table.rows) {
      let text = cut(line)
      if cell.progress.hasFailures {
        lines.append(styled("31", text))
      } else {
        lines.append(cell.progress.finished == cell.progress.total ? styled("2", text) : text)
      }
    }
    if hidden > 0 { lines.append(cut("and \(hidden) more cell\(hidden == 1 ? "" : "s")")) }
    return lines
  }

  private static func rank(_ progress: CellProgress) -> Int {
    if progress.hasFailures { return 0 }
    if progress.finished == progress.total { return 3 }
    return progress.generations > 0 || progress.chains[.running, default: 0] > 0 ? 1 : 2
  }

  /// The text in at most `width` columns; a text that is longer ends in an ellipsis.
  private func cut(_ text: String) -> String { text.cut(to: width) }

  private func styled(_ style: String, _ text: String) -> String {
    hasColours && !text.isEmpty ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }
}
