/// Poisson numbers.
extension RandomStream {
  /// A Poisson number: inversion below a mean of 10, else the transformed rejection of Hörmann,
  /// "The transformed rejection method for generating Poisson random variables", 1993 (algorithm
  /// PTRS).
  ///
  /// - Parameter mean: 0…2⁵².
  public mutating func poisson(mean: Double) -> Int {
    precondition(mean >= 0 && mean <= 0x1p52, "Poisson mean \(mean) is outside 0…2⁵²")
    return mean < 10 ? poissonByInversion(mean) : poissonByRejection(mean)
  }

  private mutating func poissonByInversion(_ mean: Double) -> Int {
    let zero = Elementary.exp(-mean)
    while true {
      var u = uniform()
      var term = zero
      var count = 0
      while u >= term && (term >= 0x1p-80 || Double(count) <= mean) {
        u -= term
        count += 1
        term *= mean / Double(count)
      }
      // Otherwise rounding has eaten the sum's last 1e-16: draw again.
      if u < term { return count }
    }
  }

  private mutating func poissonByRejection(_ mean: Double) -> Int {
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let squeeze = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = uniform() - 0.5
      let v = positiveUniform()
      let us = 0.5 - abs(u)
      if us == 0 { continue }
      let place = (2 * a / us + b) * u + mean + 0.43
      if place < 0 || place > 0x1p60 || (us < 0.013 && v > us) { continue }
      let count = Int(place)
      if us >= 0.07 && v <= squeeze { return count }
      let height = Elementary.log(v * inverseAlpha / (a / (us * us) + b))
      if height <= poissonLogProbability(Double(count), mean: mean) { return count }
    }
  }
}

/// ln(e^−λ λᵏ / k!) in Loader's saddle-point form.
private func poissonLogProbability(_ k: Double, mean: Double) -> Double {
  if k == 0 { return -mean }
  return -mean * Elementary.deviance((k - mean) / mean) - Elementary.stirlingError(k)
    - 0.9189385332046727 - 0.5 * Elementary.log(k)
}
