/// The columns of a table of cells that are enough to tell the rows apart, in their order: a parameter that
/// only goes with others (a learning rate that belongs to a model) says nothing of its own.
///
/// Columns of numbers, then others that not every row has, are tried from the last to the first and left out
/// where the rows stay as distinct as they were. Names that every row has are always kept.
///
/// - Parameters:
///   - rows: a text for every column; nil where a row has none.
///   - areNumbers: whether a column holds numbers, one entry a column.
/// - Complexity: O(rows · columns²).
public func distinguishingColumns(_ rows: [[String?]], areNumbers: [Bool]) -> [Int] {
  var kept = Array(areNumbers.indices)
  func distinct(_ columns: [Int]) -> Int { Set(rows.map { row in columns.map { row[$0] } }).count }
  let all = distinct(kept)
  let partial = kept.filter { column in
    !areNumbers[column] && rows.contains { $0[column] == nil }
  }
  let order = kept.filter { areNumbers[$0] }.reversed() + partial.reversed()
  for column in order {
    let rest = kept.filter { $0 != column }
    if distinct(rest) == all { kept = rest }
  }
  return kept
}
