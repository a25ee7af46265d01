/// The names in `candidates` close enough to `name` to be what the user meant, best first.
///
/// Distance is optimal string alignment (insert, delete, replace, swap neighbours), ignoring case;
/// "close" is at most a third of the longer name's length, and at least 1.
///
/// - Complexity: O(n·m) for each candidate, n and m the lengths of the two names.
public func nearest(to name: String, in candidates: [String], limit: Int = 3) -> [String] {
  let wanted = Array(name.lowercased().prefix(64))
  var scored: [(distance: Int, name: String)] = []
  for candidate in candidates {
    let letters = Array(candidate.lowercased().prefix(64))
    let distance = alignmentDistance(wanted, letters)
    let reach = max(1, max(wanted.count, letters.count) / 3)
    if distance <= reach || (wanted.count >= 3 && candidate.lowercased().hasPrefix(name.lowercased())) {
      scored.append((distance, candidate))
    }
  }
  return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
}

private func alignmentDistance(_ a: [Character], _ b: [Character]) -> Int {
  var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
  for i in 0...a.count { rows[i][0] = i }
  for j in 0...b.count { rows[0][j] = j }
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  for i in 1...a.count {
    for j in 1...b.count {
      let cost = a[i - 1] == b[j - 1] ? 0 : 1
      rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
      }
    }
  }
  return rows[a.count][b.count]
}
