import Foundation
import Results

/// The lines of cells in the live view: label, chains, share, and as many curves as the width has room
/// for.
struct WatchTable {
  private let snapshot: RunSnapshot
  private let cells: [RunSnapshot.Cell]
  private let labelWidth: Int
  private let chainsWidth: Int
  /// The metrics that fit, with their scales and the letters of each curve.
  private let curves: [(metric: String, scale: Sparkline)]
  private let letters: Int
  private let hasNumbers: Bool

  private static let gap = "  "
  private static let shareWidth = 5
  /// `0.000123 → 4.56e+07`
  private static let numbersWidth = 20
  private static let fewestLetters = 6
  private static let mostLetters = 40

  init(_ snapshot: RunSnapshot, cells: [RunSnapshot.Cell], width: Int) {
    self.snapshot = snapshot
    self.cells = cells
    let longest = snapshot.cells.map(\.label.count).max() ?? 0
    labelWidth = max(4, min(longest, max(12, width * 2 / 5)))
    chainsWidth = max(6, snapshot.cells.map { Self.chains($0).count }.max() ?? 0)
    let left = width - labelWidth - chainsWidth - Self.shareWidth - 2 * Self.gap.count
    let whole = Self.gap.count + Self.fewestLetters + 1 + Self.numbersWidth
    var count = min(snapshot.metrics.count, max(0, left / whole))
    hasNumbers = count > 0
    if count == 0, !snapshot.metrics.isEmpty, left >= Self.gap.count + Self.fewestLetters {
      count = 1
    }
    let each = count > 0 ? left / count : 0
    letters = min(
      Self.mostLetters, max(1, snapshot.generations),
      max(0, each - Self.gap.count - (hasNumbers ? 1 + Self.numbersWidth : 0)))
    curves = snapshot.metrics.prefix(count).map { metric in
      (metric, Sparkline(scaleOf: snapshot.cells.map { $0.curves[metric]?.medians ?? [] }))
    }
  }

  private static func chains(_ cell: RunSnapshot.Cell) -> String {
    "\(cell.progress.finished)/\(cell.progress.total)"
  }

  var header: String {
    var columns = [
      "cell".padded(labelWidth), "chains".padded(chainsWidth, isRight: true),
      "share".padded(Self.shareWidth, isRight: true),
    ]
    for (metric, scale) in curves {
      let name = metric + (scale.isLogarithmic ? " (log)" : "")
      columns.append(hasNumbers ? name.cut(to: curveWidth).padded(curveWidth) : name)
    }
    return columns.joined(separator: Self.gap)
  }

  private var curveWidth: Int { letters + (hasNumbers ? 1 + Self.numbersWidth : 0) }

  /// One line a cell.
  var rows: [String] { cells.map(row) }

  private func row(_ cell: RunSnapshot.Cell) -> String {
    let share = cell.planned > 0 ? 100 * cell.progress.generations / cell.planned : 0
    var columns = [
      StatusText.plain(cell.label).cut(to: labelWidth).padded(labelWidth),
      Self.chains(cell).padded(chainsWidth, isRight: true),
      "\(share) %".padded(Self.shareWidth, isRight: true),
    ]
    for (metric, scale) in curves {
      let medians = cell.curves[metric]?.medians ?? []
      var text = scale.text(medians, count: snapshot.generations, width: letters).padded(letters)
      if hasNumbers { text += " " + Self.ends(medians).padded(Self.numbersWidth) }
      columns.append(text)
    }
    let line = columns.joined(separator: Self.gap)
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// The first and the last median.
  private static func ends(_ medians: [Double]) -> String {
    let finite = medians.filter(\.isFinite)
    guard let first = finite.first, let last = finite.last else { return "" }
    return String(format: "%.3g → %.3g", first, last)
  }
}

extension String {
  /// The text in at most `width` columns; a longer one ends in an ellipsis.
  func cut(to width: Int) -> String { count <= width ? self : prefix(max(0, width - 1)) + "…" }

  func padded(_ width: Int, isRight: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - count))
    return isRight ? blanks + self : self + blanks
  }
}
