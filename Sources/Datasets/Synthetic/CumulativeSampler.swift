import Glibc
import Randomness

/// Draws indices from a discrete law by searching its cumulative sums.
///
/// - Complexity: O(log n) a draw.
struct CumulativeSampler: Sendable {
  private let cumulative: [Double]

  /// - Parameter probabilities: not negative, with a positive sum; need not be normalised.
  init(_ probabilities: [Double]) {
    var sum = 0.0
    var cumulative = probabilities.map { probability in
      sum += probability
      return sum
    }
    precondition(sum > 0 && sum.isFinite, "probabilities sum to \(sum)")
    // Rounding must not leave a gap below 1, nor give an index without probability a share of it.
    let last = probabilities.lastIndex { $0 > 0 } ?? 0
    for index in cumulative.indices {
      cumulative[index] = index >= last ? 1 : min(cumulative[index] / sum, 1)
    }
    self.cumulative = cumulative
  }

  func draw(_ stream: inout RandomStream) -> Int {
    let u = stream.uniform()
    // The first index whose cumulative sum exceeds u.
    var low = 0
    var high = cumulative.count - 1
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > u { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// p_k ∝ k^−exponent for k = 1…count.
func zipfProbabilities(count: Int, exponent: Double) -> [Double] {
  var weights: [Double] = []
  for k in 1...count { weights.append(pow(Double(k), -exponent)) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}
