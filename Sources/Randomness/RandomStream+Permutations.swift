/// Orders and subsets.
extension RandomStream {
  /// 0..<count in random order (Fisher–Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    precondition(count >= 0, "\(count) elements")
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Puts `values` in random order.
  public mutating func shuffle<Element>(_ values: inout [Element]) {
    shuffle(&values, first: values.count)
  }

  /// Puts a random ordered choice of `count` of the values first; the rest follow in no random
  /// order.
  ///
  /// - Complexity: O(count).
  public mutating func shuffle<Element>(_ values: inout [Element], first count: Int) {
    precondition(count >= 0 && count <= values.count, "\(count) of \(values.count) elements")
    for index in 0..<min(count, max(values.count - 1, 0)) {
      values.swapAt(index, index + integer(below: values.count - index))
    }
  }

  /// `k` distinct numbers of 0..<n, every subset equally likely, ascending:
  /// `stream.sample(10, of: 100)`.
  ///
  /// Floyd's algorithm (Bentley and Floyd 1987): for j in n − k ..< n take t below j + 1, or j
  /// itself where t is taken. Marked in a bitmap, or for sparse choices in a hash table and sorted.
  ///
  /// - Complexity: O(k + n/64) where n ≤ 1024·k, else O(k log k).
  public mutating func sample(_ k: Int, of n: Int) -> [Int] {
    precondition(k >= 0 && k <= n, "\(k) of \(n)")
    if k == n { return Array(0..<n) }
    if n > 65_536 && n / 1024 > k { return sparseSample(k, of: n) }
    // Beyond one half it is cheaper to choose those that stay out.
    let inverted = k > n / 2
    var bitmap = [UInt64](repeating: 0, count: (n + 63) / 64)
    for j in (inverted ? k : n - k)..<n {
      var t = integer(below: j + 1)
      if bitmap[t >> 6] >> UInt64(t & 63) & 1 == 1 { t = j }
      bitmap[t >> 6] |= 1 << UInt64(t & 63)
    }
    var chosen: [Int] = []
    chosen.reserveCapacity(k)
    for (index, word) in bitmap.enumerated() {
      var rest = inverted ? ~word : word
      if inverted && index == bitmap.count - 1 && n & 63 != 0 { rest &= (1 << UInt64(n & 63)) - 1 }
      while rest != 0 {
        chosen.append(index << 6 | rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return chosen
  }

  private mutating func sparseSample(_ k: Int, of n: Int) -> [Int] {
    var taken = Set<Int>(minimumCapacity: k)
    var chosen: [Int] = []
    chosen.reserveCapacity(k)
    for j in n - k..<n {
      let t = integer(below: j + 1)
      let pick = taken.contains(t) ? j : t
      taken.insert(pick)
      chosen.append(pick)
    }
    chosen.sort()
    return chosen
  }
}
