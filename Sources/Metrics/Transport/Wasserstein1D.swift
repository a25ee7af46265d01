import Glibc

/// W_p^p between two one-dimensional empirical laws: ∫₀¹ |F⁻¹(u) − G⁻¹(u)|^p du over their quantile
/// functions, exact for unequal sizes. W1 is the value at p = 1, W2² the value at p = 2.
///
/// NaN when a set is empty or holds a non-finite number.
///
/// - Complexity: O(n log n + m log m).
public func wasserstein1D(_ a: [Double], _ b: [Double], p: Double) -> Double {
  guard a.allSatisfy(\.isFinite), b.allSatisfy(\.isFinite) else { return .nan }
  return wassersteinSorted1D(a.sorted(), b.sorted(), p: p)
}

/// `wasserstein1D` for sets of finite numbers already in ascending order.
///
/// - Complexity: O(n + m).
public func wassersteinSorted1D(_ a: [Double], _ b: [Double], p: Double) -> Double {
  precondition(p >= 1, "order \(p) is below 1")
  let n = a.count
  let m = b.count
  guard n > 0, m > 0 else { return .nan }
  var sum = 0.0
  if n == m {
    for index in 0..<n { sum += power(abs(a[index] - b[index]), p) }
    return sum / Double(n)
  }
  // Positions in units of 1/(n·m): integers, so that equal steps of both functions coincide
  // exactly.
  var i = 0
  var j = 0
  var at = 0
  while i < n, j < m {
    let nextA = (i + 1) * m
    let nextB = (j + 1) * n
    let next = min(nextA, nextB)
    sum += Double(next - at) * power(abs(a[i] - b[j]), p)
    at = next
    if nextA == next { i += 1 }
    if nextB == next { j += 1 }
  }
  return sum / (Double(n) * Double(m))
}

/// W_p^p between two laws on the line of indices 0, 1, 2, …: the categories' own order and unit
/// spacing are the ground distance.
///
/// - Parameters: a, b: probabilities of the same length.
/// - Complexity: O(n).
public func indexLineWasserstein(_ a: [Double], _ b: [Double], p: Double) -> Double {
  precondition(a.count == b.count, "\(a.count) and \(b.count) categories")
  guard a.allSatisfy(\.isFinite), b.allSatisfy(\.isFinite) else { return .nan }
  if p == 1 {
    var cumulated = 0.0
    var sum = 0.0
    for index in 0..<max(a.count - 1, 0) {
      cumulated += a[index] - b[index]
      sum += abs(cumulated)
    }
    return sum
  }
  var sum = 0.0
  var i = 0
  var j = 0
  var left = a.first ?? 0
  var right = b.first ?? 0
  while i < a.count, j < b.count {
    let mass = min(left, right)
    sum += mass * power(Double(abs(i - j)), p)
    left -= mass
    right -= mass
    if left <= 0 {
      i += 1
      if i < a.count { left = a[i] }
    } else {
      j += 1
      if j < b.count { right = b[j] }
    }
  }
  return sum
}

@inline(__always)
private func power(_ gap: Double, _ p: Double) -> Double {
  p == 2 ? gap * gap : p == 1 ? gap : pow(gap, p)
}
