/// Counts over categories.
extension RandomStream {
  /// Counts of `trials` independent draws from categories with these weights.
  ///
  /// With fewer than eight trials a category the draws are made one by one, by inversion of the
  /// cumulative weights through a guide table (Chen and Asau 1974); with more, category i gets
  /// Binomial(what is left, wᵢ / Σ_{j ≥ i} wⱼ).
  ///
  /// - Parameters:
  ///   - trials: 0…2⁶².
  ///   - weights: finite, ≥ 0, with a positive sum; they need not add up to 1.
  /// - Returns: one count a weight, adding up to `trials`; 0 where the weight is 0.
  /// - Complexity: O(categories), with about 5 ns a trial or 50 ns a category.
  public mutating func multinomial(trials: Int, weights: [Double]) -> [Int] {
    precondition(trials >= 0 && trials <= 1 << 62, "\(trials) trials are outside 0…2⁶²")
    if trials / 8 < weights.count { return countsByInversion(trials, weights) }
    return countsByBinomials(trials, weights)
  }

  private mutating func countsByBinomials(_ trials: Int, _ weights: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: weights.count)
    // Sums from the end, so that the share of a late category does not suffer from cancellation.
    var tails = weights
    for index in stride(from: weights.count - 2, through: 0, by: -1) {
      tails[index] += tails[index + 1]
    }
    checkWeights(weights, total: tails.first ?? 0)
    var left = trials
    for index in weights.indices where weights[index] > 0 {
      if left == 0 { break }
      let share = weights[index] / tails[index]
      let count = share >= 1 ? left : binomial(trials: left, probability: share)
      counts[index] = count
      left -= count
    }
    return counts
  }

  private mutating func countsByInversion(_ trials: Int, _ weights: [Double]) -> [Int] {
    let size = weights.count
    var total = 0.0
    var lastPositive = 0
    var cumulative = weights
    for index in 0..<size {
      if weights[index] > 0 { lastPositive = index }
      total += weights[index]
      cumulative[index] = total
    }
    checkWeights(weights, total: total)
    // u·total may round up to the total.
    cumulative[lastPositive] = .infinity
    // guide[g]: the first category whose cumulative weight is above g/size of the total.
    var guide = [Int32](repeating: 0, count: size)
    let step = total / Double(size)
    var first = 0
    for cell in 0..<size {
      while cumulative[first] <= Double(cell) * step { first += 1 }
      guide[cell] = Int32(truncatingIfNeeded: first)
    }
    var counts = [Int](repeating: 0, count: size)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: min(trials, 512)) { uniforms in
      var done = 0
      while done < trials {
        let chunk = UnsafeMutableBufferPointer(rebasing: uniforms[0..<min(512, trials - done)])
        fillUniforms(chunk)
        for u in chunk {
          // Rounding may put the guide one category too far: step back, then forward.
          let x = u * total
          var index = Int(guide[min(size - 1, Int(u * Double(size)))])
          while index > 0 && cumulative[index - 1] > x { index -= 1 }
          while cumulative[index] <= x { index += 1 }
          counts[index] += 1
        }
        done += chunk.count
      }
    }
    return counts
  }
}

private func checkWeights(_ weights: [Double], total: Double) {
  precondition(
    total > 0 && total < .infinity && weights.allSatisfy { $0 >= 0 },
    "weights must be finite, not negative and have a positive sum")
}
