/// The cheapest assignment of every row to a column of its own, by shortest augmenting paths with
/// dual prices (Jonker and Volgenant 1987, in the rectangular form of Crouse 2016).
///
/// - Parameters:
///   - costs: [rows×columns] row-major, rows ≤ columns; any sign.
///   - check: called for every row; what it throws ends the search.
/// - Returns: the column of each row; `nil` when a cost is not finite.
/// - Complexity: O(rows² · columns).
public func cheapestAssignment(
  costs: [Double], rows: Int, columns: Int, check: (() throws -> Void)? = nil
) rethrows -> [Int]? {
  precondition(costs.count == rows * columns, "\(costs.count) costs for \(rows)×\(columns)")
  precondition(rows <= columns, "\(rows) rows for \(columns) columns")
  guard costs.allSatisfy(\.isFinite) else { return nil }
  var search = AssignmentSearch(rows: rows, columns: columns)
  try costs.withUnsafeBufferPointer { costs in
    for row in 0..<rows {
      try check?()
      search.assign(row, costs)
    }
  }
  return search.columnOfRow
}

/// The total cost of the cheapest assignment; NaN when a cost is not finite.
///
/// - Complexity: O(rows² · columns).
public func assignmentCost(
  costs: [Double], rows: Int, columns: Int, check: (() throws -> Void)? = nil
) rethrows -> Double {
  guard
    let assignment = try cheapestAssignment(
      costs: costs, rows: rows, columns: columns, check: check)
  else { return .nan }
  return assignment.enumerated().reduce(0) { $0 + costs[$1.offset * columns + $1.element] }
}

private struct AssignmentSearch {
  let columns: Int
  var columnOfRow: [Int]
  var rowOfColumn: [Int]
  /// Dual prices: cost − rowPrice − columnPrice ≥ 0, and 0 on assigned pairs.
  var rowPrice: [Double]
  var columnPrice: [Double]
  /// The row before each column on its shortest path.
  var previousRow: [Int]
  var distance: [Double]
  /// Columns not yet reached for good: the first `open` entries.
  var remaining: [Int]

  init(rows: Int, columns: Int) {
    self.columns = columns
    columnOfRow = [Int](repeating: -1, count: rows)
    rowOfColumn = [Int](repeating: -1, count: columns)
    rowPrice = [Double](repeating: 0, count: rows)
    columnPrice = [Double](repeating: 0, count: columns)
    previousRow = [Int](repeating: -1, count: columns)
    distance = [Double](repeating: 0, count: columns)
    remaining = Array(0..<columns)
  }

  /// Assigns `start` along the shortest alternating path to a free column.
  mutating func assign(_ start: Int, _ costs: UnsafeBufferPointer<Double>) {
    for column in 0..<columns {
      distance[column] = .infinity
      remaining[column] = column
    }
    var open = columns
    var reachedRows = [start]
    var reachedColumns: [Int] = []
    var row = start
    var shortest = 0.0
    var sink = -1
    while sink < 0 {
      let offset = shortest - rowPrice[row]
      let base = row * columns
      var best = Double.infinity
      var bestPlace = 0
      for place in 0..<open {
        let column = remaining[place]
        let length = offset + costs[base + column] - columnPrice[column]
        if length < distance[column] {
          distance[column] = length
          previousRow[column] = row
        }
        // Among equals a free column ends the search at once.
        let reach = distance[column]
        if reach < best || (reach == best && rowOfColumn[column] < 0) {
          best = reach
          bestPlace = place
        }
      }
      shortest = best
      let column = remaining[bestPlace]
      reachedColumns.append(column)
      open -= 1
      remaining[bestPlace] = remaining[open]
      if rowOfColumn[column] < 0 {
        sink = column
      } else {
        row = rowOfColumn[column]
        reachedRows.append(row)
      }
    }
    updatePrices(start, reachedRows, reachedColumns, shortest)
    augment(start, sink)
  }

  private mutating func updatePrices(
    _ start: Int, _ rows: [Int], _ reachedColumns: [Int], _ shortest: Double
  ) {
    rowPrice[start] += shortest
    for row in rows where row != start {
      rowPrice[row] += shortest - distance[columnOfRow[row]]
    }
    for column in reachedColumns { columnPrice[column] -= shortest - distance[column] }
  }

  private mutating func augment(_ start: Int, _ sink: Int) {
    var column = sink
    while true {
      let row = previousRow[column]
      rowOfColumn[column] = row
      let next = columnOfRow[row]
      columnOfRow[row] = column
      if row == start { return }
      column = next
    }
  }
}
