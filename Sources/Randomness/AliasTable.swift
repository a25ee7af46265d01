/// A categorical law prepared for draws in constant time (Walker 1977, set up as in Vose 1991).
///
/// The weights are turned into integers that add up to exactly categories·2⁶⁴, and the table is
/// built in integers: it represents every probability to a few 2⁻⁵³ of itself and 2⁻⁶⁴ /
/// categories, and a weight of 0 is never drawn.
public struct AliasTable: Sendable {
  /// A 64-bit word picks a column by its high part; its low part keeps the column's own category
  /// when below `thresholds`, else goes to `aliases`.
  let thresholds: [UInt64]
  let aliases: [Int32]

  /// The number of categories.
  public var count: Int { thresholds.count }

  /// - Parameter weights: 1…2³¹ − 1 finite numbers ≥ 0 with a positive sum; they need not add up
  ///   to 1.
  /// - Complexity: O(categories).
  public init(weights: [Double]) {
    precondition(!weights.isEmpty && weights.count <= Int(Int32.max), "\(weights.count) categories")
    let total = weights.reduce(0, +)
    precondition(
      total > 0 && total < .infinity && weights.allSatisfy { $0 >= 0 },
      "weights must be finite, not negative and have a positive sum")
    var masses = AliasTable.masses(weights, total: total)
    var thresholds = [UInt64](repeating: .max, count: weights.count)
    var aliases = (0..<Int32(weights.count)).map { $0 }
    var light: [Int] = []
    var heavy: [Int] = []
    let full = UInt128(1) << 64
    for index in weights.indices.reversed() {
      if masses[index] < full { light.append(index) }
      if masses[index] > full { heavy.append(index) }
    }
    // Every light column is topped up by a heavy one. The masses add up to full columns, so the two
    // lists run out together.
    while let small = light.popLast(), let big = heavy.last {
      thresholds[small] = UInt64(masses[small])
      aliases[small] = Int32(big)
      masses[big] -= full - masses[small]
      if masses[big] <= full {
        heavy.removeLast()
        if masses[big] < full { light.append(big) }
      }
    }
    self.thresholds = thresholds
    self.aliases = aliases
  }

  /// weight/total·count·2⁶⁴ in integers that add up to count·2⁶⁴ exactly.
  private static func masses(_ weights: [Double], total: Double) -> [UInt128] {
    let full = UInt128(weights.count) << 64
    let scale = Double(weights.count) * 0x1p64
    var masses = weights.map { UInt128(($0 / total * scale).rounded()) }
    // The roundings, also that of the total, left a relative excess or lack; first everyone bears a
    // share in proportion, then the largest bears what is left of it.
    var sum = masses.reduce(0, +)
    let lack = (sum > full ? -Double(sum - full) : Double(full - sum)) / scale
    var largest = 0
    for index in masses.indices {
      let share = Double(masses[index]) * lack
      if share >= 0 {
        masses[index] += UInt128(share)
      } else {
        masses[index] -= UInt128(-share)
      }
      if masses[index] > masses[largest] { largest = index }
    }
    sum = masses.reduce(0, +)
    masses[largest] = masses[largest] + full - sum
    return masses
  }

  /// The probabilities that the table represents, weight / total up to rounding.
  public func probabilities() -> [Double] {
    var masses = [UInt128](repeating: 0, count: count)
    let full = UInt128(1) << 64
    for index in 0..<count {
      let own = aliases[index] == Int32(index) ? full : UInt128(thresholds[index])
      masses[index] += own
      masses[Int(aliases[index])] += full - own
    }
    let scale = Double(count) * 0x1p64
    return masses.map { Double($0) / scale }
  }

  /// The category of a random word.
  @inline(__always)
  func category(_ word: UInt64) -> Int32 {
    let (column, rest) = word.multipliedFullWidth(by: UInt64(thresholds.count))
    let index = Int(column)
    return rest < thresholds[index] ? Int32(truncatingIfNeeded: index) : aliases[index]
  }
}

extension RandomStream {
  /// A category drawn from `table`; takes 64 bits.
  public mutating func category(_ table: AliasTable) -> Int { Int(table.category(nextBits64())) }

  /// `count` categories drawn from `table`, as a bulk fill.
  public mutating func categories(_ count: Int, from table: AliasTable) -> [Int32] {
    precondition(count >= 0, "\(count) draws")
    return [Int32](unsafeUninitializedCapacity: count) { buffer, filled in
      forEachChunk(count) { word, index in
        buffer.initializeElement(at: index, to: table.category(word))
      }
      filled = count
    }
  }

  /// How often each category comes up in `count` draws from `table`: O(count + categories), the
  /// faster choice beside `multinomial` when there are fewer draws than categories.
  public mutating func counts(_ count: Int, from table: AliasTable) -> [Int] {
    precondition(count >= 0, "\(count) draws")
    var counts = [Int](repeating: 0, count: table.count)
    forEachChunk(count) { word, _ in counts[Int(table.category(word))] += 1 }
    return counts
  }

  /// Passes `count` random words on, drawn in bulk; the words of a fill of `count`.
  @inline(__always)
  private mutating func forEachChunk(_ count: Int, _ body: (UInt64, Int) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: min(count, 512)) { words in
      var done = 0
      while done < count {
        let chunk = UnsafeMutableBufferPointer(rebasing: words[0..<min(512, count - done)])
        fillBits(chunk)
        for index in 0..<chunk.count { body(chunk[index], done + index) }
        done += chunk.count
      }
    }
  }
}
