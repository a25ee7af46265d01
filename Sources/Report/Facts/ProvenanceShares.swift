/// A training set's composition as shares, read from `Provenance.summary`, e.g.
/// `real:100 fresh:20 g0..8:50 c9:7`: samples by origin, a range of generations with that many each.
struct ProvenanceShares: Sendable {
  private(set) var real = 0.0
  private(set) var fresh = 0.0
  /// First generation, last generation, share of each.
  private(set) var synthetic: [(first: Int, last: Int, share: Double)] = []
  private(set) var corrected: [(first: Int, last: Int, share: Double)] = []

  /// Words that do not have the form are passed over; shares are of what remains.
  init(_ text: String) {
    var entries: [(word: Substring, generations: ClosedRange<Int>?, count: Double)] = []
    for word in text.split(separator: " ") {
      let parts = word.split(separator: ":")
      guard parts.count == 2, let count = Double(parts[1]) else { continue }
      if parts[0] == "real" || parts[0] == "fresh" {
        entries.append((parts[0], nil, count))
      } else if let kind = parts[0].first, kind == "g" || kind == "c" {
        let bounds = parts[0].dropFirst().split(separator: ".").compactMap { Int($0) }
        guard let first = bounds.first, let last = bounds.last, first <= last, last < 1 << 24 else { continue }
        entries.append((parts[0].prefix(1), first...last, count))
      }
    }
    let total = entries.reduce(0) { $0 + $1.count * Double($1.generations?.count ?? 1) }
    guard total > 0 else { return }
    for entry in entries {
      let share = entry.count / total
      switch (entry.word, entry.generations) {
      case ("real", _): real += share
      case ("fresh", _): fresh += share
      case ("g", let range?): synthetic.append((range.lowerBound, range.upperBound, share))
      case (_, let range?): corrected.append((range.lowerBound, range.upperBound, share))
      default: break
      }
    }
  }

  /// Real, fresh, then for every group of `size` generations the share sampled from it and the share
  /// sampled from it and corrected. Shares are rounded to 1e-6, so that equal ones compare equal.
  func grouped(by size: Int) -> [Double] {
    let groups = (synthetic + corrected).map { $0.last / size + 1 }.max() ?? 0
    var shares = [Double](repeating: 0, count: 2 + 2 * groups)
    shares[0] = real
    shares[1] = fresh
    for (offset, entries) in [synthetic, corrected].enumerated() {
      for entry in entries {
        for generation in entry.first...entry.last {
          shares[2 + 2 * (generation / size) + offset] += entry.share
        }
      }
    }
    return shares.map { ($0 * 1e6).rounded() / 1e6 }
  }
}
