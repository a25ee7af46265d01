import Glibc
import Randomness

/// A draw from the symmetric Dirichlet law: independent Gamma(concentration) numbers over their
/// sum.
///
/// Works with the logarithms, so that a small concentration, whose Gamma numbers underflow, still
/// gives probabilities that sum to 1.
func dirichlet(concentration: Double, count: Int, stream: inout RandomStream) -> [Double] {
  var logs: [Double] = []
  for _ in 0..<count { logs.append(logGamma(shape: concentration, &stream)) }
  let top = logs.max() ?? 0
  let weights = logs.map { exp($0 - top) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}

/// ln of a Gamma(shape, 1) number: Marsaglia and Tsang, "A simple method for generating gamma
/// variables", ACM TOMS 26 (2000); a shape below 1 through Gamma(shape + 1)·U^(1/shape).
private func logGamma(shape: Double, _ stream: inout RandomStream) -> Double {
  if shape < 1 {
    return logGamma(shape: shape + 1, &stream) + log(1 - stream.uniform()) / shape
  }
  let d = shape - 1.0 / 3
  let c = 1 / (9 * d).squareRoot()
  while true {
    let x = stream.normal()
    let root = 1 + c * x
    guard root > 0 else { continue }
    let v = root * root * root
    let u = 1 - stream.uniform()
    if log(u) < 0.5 * x * x + d - d * v + d * log(v) { return log(d * v) }
  }
}
