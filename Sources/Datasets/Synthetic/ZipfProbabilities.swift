import Glibc

/// p_k ∝ k^−exponent for k = 1…count.
func zipfProbabilities(count: Int, exponent: Double) -> [Double] {
  var weights: [Double] = []
  for k in 1...count { weights.append(pow(Double(k), -exponent)) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}
