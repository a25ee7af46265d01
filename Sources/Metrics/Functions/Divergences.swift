import Engine
import Glibc
import Laws

/// KL(p‖q) = Σ p ln(p/q) in nats; +∞ where q is zero and p is not.
public func klDivergence(_ p: [Double], _ q: [Double]) -> Double {
  precondition(p.count == q.count, "\(p.count) and \(q.count) categories")
  var sum = 0.0
  for index in p.indices where p[index] != 0 {
    sum += p[index] * log(p[index] / q[index])
  }
  // Rounding can leave a little less than zero for equal laws.
  return sum < 0 ? 0 : sum
}

/// Σ|p − q|, twice the total variation distance.
public func l1Distance(_ p: [Double], _ q: [Double]) -> Double {
  precondition(p.count == q.count, "\(p.count) and \(q.count) categories")
  var sum = 0.0
  for index in p.indices { sum += abs(p[index] - q[index]) }
  return sum
}

/// KL(a‖b) between two Gaussian laws in nats:
/// ½[tr(Σb⁻¹Σa) + (μb−μa)ᵀΣb⁻¹(μb−μa) − d + ln det Σb − ln det Σa].
///
/// +∞ when either law is degenerate (no density ratio exists); NaN for non-finite numbers.
///
/// - Complexity: O(d³).
public func klDivergence(_ a: GaussianLaw, _ b: GaussianLaw) -> Double {
  precondition(a.dimension == b.dimension, "dimensions \(a.dimension) and \(b.dimension)")
  let d = a.dimension
  let finite =
    (a.mean + b.mean).allSatisfy(\.isFinite)
    && (a.covariance + b.covariance).allSatisfy(\.isFinite)
  guard finite else { return .nan }
  guard a.factor.isTriangular, b.factor.isTriangular else { return .infinity }
  // tr(Σb⁻¹Σa) = ‖Lb⁻¹La‖²: rows of Laᵀ are the columns of La.
  var rows = [Double](repeating: 0, count: (d + 1) * d)  // [d + 1×d]
  for i in 0..<d {
    for j in 0..<d { rows[j * d + i] = a.factor.values[i * d + j] }
    rows[d * d + i] = b.mean[i] - a.mean[i]
  }
  solveLowerTriangularRows(b.factor.values, &rows, rows: d + 1, dimension: d)
  let squares = rows.reduce(0) { $0 + $1 * $1 }
  return 0.5
    * (squares - Double(d) + b.factor.logDeterminant - a.factor.logDeterminant)
}

/// The mean of a quantity of single contexts over a token law's contexts, weighted with `weights`
/// and normalised over the contexts that occur in `law`. NaN when none does.
public func contextMean(
  _ law: TokenLaw, weights: [Double], _ quantity: (Int) -> Double
) -> Double {
  var sum = 0.0
  var total = 0.0
  for context in 0..<law.contexts where weights[context] > 0 && law.occurs(context) {
    sum += weights[context] * quantity(context)
    total += weights[context]
  }
  return sum / total
}

extension TokenLaw {
  /// Whether the row of `context` holds a law: frequencies leave rows of zeros where nothing was
  /// seen.
  public func occurs(_ context: Int) -> Bool {
    (0..<vocabulary).contains { tokenProbabilities[context * vocabulary + $0] != 0 }
  }
}
