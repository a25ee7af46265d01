/// Exponential, gamma, chi-square and beta numbers.
extension RandomStream {
  /// An exponential number of mean 1: −ln u.
  public mutating func exponential() -> Double { -Elementary.log(positiveUniform()) }

  /// A gamma number of scale 1: density x^(shape − 1) e^(−x) / Γ(shape).
  ///
  /// Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; for shape < 1,
  /// gamma(shape + 1)·u^(1 / shape). Tiny shapes underflow to 0 as the law demands.
  ///
  /// - Parameter shape: finite, > 0.
  public mutating func gamma(shape: Double) -> Double {
    precondition(shape > 0 && shape < .infinity, "gamma shape \(shape) is not positive")
    if shape >= 1 { return largeGamma(shape) }
    let boost = Elementary.exp(Elementary.log(positiveUniform()) / shape)
    return largeGamma(shape + 1) * boost
  }

  /// The logarithm of a gamma number, which does not underflow for small shapes.
  public mutating func logGamma(shape: Double) -> Double {
    precondition(shape > 0 && shape < .infinity, "gamma shape \(shape) is not positive")
    if shape >= 1 { return Elementary.log(largeGamma(shape)) }
    let boost = Elementary.log(positiveUniform()) / shape
    return Elementary.log(largeGamma(shape + 1)) + boost
  }

  /// Shape ≥ 1: d(1 + c·z)³ with d = shape − ⅓, c = 1 / √(9d), accepted with the probability that
  /// makes it exact; 95 % to 99.9 % of the tries are.
  private mutating func largeGamma(_ shape: Double) -> Double {
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let z = normal()
      if 1 + c * z <= 0 { continue }
      if let value = tryGamma(d, c, z, positiveUniform()) { return value }
    }
  }

  /// One try from a normal number z and a uniform one u in (0, 1].
  private func tryGamma(_ d: Double, _ c: Double, _ z: Double, _ u: Double) -> Double? {
    let root = 1 + c * z
    if root <= 0 { return nil }
    let v = root * root * root
    let square = z * z
    if u < 1 - 0.0331 * square * square { return d * v }
    return Elementary.log(u) < 0.5 * square + d * (1 - v + Elementary.log(v)) ? d * v : nil
  }

  /// A chi number √χ²(degreesOfFreedom), tried first with the given z and u: for many at once, whose
  /// numbers come from bulk fills.
  ///
  /// - Parameters:
  ///   - z: standard normal.
  ///   - u: uniform in (0, 1].
  mutating func chi(degreesOfFreedom: Int, z: Double, u: Double) -> Double {
    let shape = Double(degreesOfFreedom) / 2
    if shape < 1 { return (2 * gamma(shape: shape)).squareRoot() }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    return (2 * (tryGamma(d, c, z, u) ?? largeGamma(shape))).squareRoot()
  }

  /// A chi-square number.
  ///
  /// - Parameter degreesOfFreedom: finite, > 0, not necessarily whole.
  public mutating func chiSquare(degreesOfFreedom: Double) -> Double {
    2 * gamma(shape: degreesOfFreedom / 2)
  }

  /// A beta number: density ∝ x^(alpha − 1)(1 − x)^(beta − 1), as a ratio of gamma numbers; by
  /// their logarithms when a shape is below 1, where both may underflow.
  ///
  /// - Parameters:
  ///   - alpha: finite, > 0.
  ///   - beta: finite, > 0.
  public mutating func beta(_ alpha: Double, _ beta: Double) -> Double {
    if alpha >= 1 && beta >= 1 {
      let x = gamma(shape: alpha)
      return x / (x + gamma(shape: beta))
    }
    let x = logGamma(shape: alpha)
    let y = logGamma(shape: beta)
    return 1 / (1 + Elementary.exp(y - x))
  }
}
