/// Binomial numbers of one law. The set-up is cheap but not free: draw repeatedly from one sampler
/// where the law stays.
///
/// Exact for every trials ≤ 2⁶² and every probability, up to the 53 bits of a uniform number:
/// inversion where the smaller of n·p and n·q is below 10, else the transformed rejection of
/// Hörmann, "The generation of binomial random variates", 1993 (algorithm BTRS). Distances from
/// the mean are kept apart from the mean, which an `Int` holds exactly, and the ratio of
/// probabilities is Loader's saddle-point form, so nothing cancels however large n is.
public struct BinomialSampler: Sendable {
  public let trials: Int
  public let probability: Double

  /// min(p, 1 − p); the count of the rarer outcome is drawn.
  private let p: Double
  private let q: Double
  private let flipped: Bool
  private let mean: Double
  /// ⌊n·p⌋ and what is left of n·p.
  private let wholeMean: Int
  private let fractionOfMean: Double
  /// qⁿ, for inversion.
  private let probabilityOfZero: Double
  private var rejection = Rejection()

  /// Hörmann's constants.
  private struct Rejection {
    var a = 0.0
    var b = 0.0
    var alpha = 0.0
    var squeeze = 0.0
  }

  /// - Parameters:
  ///   - trials: 0…2⁶².
  ///   - probability: 0…1.
  public init(trials: Int, probability: Double) {
    precondition(trials >= 0 && trials <= 1 << 62, "\(trials) trials are outside 0…2⁶²")
    precondition(probability >= 0 && probability <= 1, "probability \(probability) is outside 0…1")
    self.trials = trials
    self.probability = probability
    flipped = probability > 0.5
    p = flipped ? 1 - probability : probability
    q = 1 - p
    (wholeMean, fractionOfMean) = exactProduct(trials, p)
    mean = Double(wholeMean) + fractionOfMean
    if mean < 10 {
      probabilityOfZero = Elementary.exp(Double(trials) * Elementary.log1p(-p))
      return
    }
    probabilityOfZero = 0
    let deviation = (mean * q).squareRoot()
    let b = 1.15 + 2.53 * deviation
    rejection.a = -0.0873 + 0.0248 * b + 0.01 * p
    rejection.b = b
    rejection.alpha = (2.83 + 5.1 / b) * deviation
    rejection.squeeze = 0.92 - 4.2 / b
  }

  /// A number of successes.
  public func draw(_ stream: inout RandomStream) -> Int {
    if trials == 0 || p == 0 { return flipped ? trials : 0 }
    let count = mean < 10 ? invert(&stream) : reject(&stream)
    return flipped ? trials - count : count
  }

  /// Sequential search from 0; f(k) = f(k − 1)·(n − k + 1)/k·p/q.
  private func invert(_ stream: inout RandomStream) -> Int {
    let odds = p / q
    let n = Double(trials)
    while true {
      var u = stream.uniform()
      var term = probabilityOfZero
      var count = 0
      while u >= term {
        u -= term
        count += 1
        // Past the last outcome, or rounding has eaten the sum's last 1e-16: draw again.
        if count > trials || (term < 0x1p-80 && Double(count) > mean) { break }
        let k = Double(count)
        term *= (n - k + 1) / k * odds
      }
      if u < term && count <= trials { return count }
    }
  }

  private func reject(_ stream: inout RandomStream) -> Int {
    let (a, b) = (rejection.a, rejection.b)
    // ⌊(n + 1)p⌋: the floor of the mean, or one more.
    let mode = wholeMean + (fractionOfMean + p >= 1 ? 1 : 0)
    while true {
      let u = stream.uniform() - 0.5
      let v = stream.positiveUniform()
      let us = 0.5 - abs(u)
      if us == 0 { continue }
      // count = ⌊(2a/us + b)·u + n·p + ½⌋, reckoned from ⌊n·p⌋.
      let place = (2 * a / us + b) * u + (fractionOfMean + 0.5)
      guard abs(place) < 0x1p62 else { continue }
      var offset = Int(place)
      if Double(offset) > place { offset -= 1 }
      let count = wholeMean + offset
      guard count >= 0 && count <= trials else { continue }
      if us >= 0.07 && v <= rejection.squeeze { return count }
      let height = Elementary.log(v * rejection.alpha / (a / (us * us) + b))
      let here = logProbability(count, distance: Double(offset) - fractionOfMean)
      let top = logProbability(mode, distance: Double(mode - wholeMean) - fractionOfMean)
      if height <= here - top { return count }
    }
  }

  /// ln f(count) less ½ ln(1/2π) and the Stirling error of n, which cancel in ratios.
  ///
  /// - Parameter distance: count − n·p, without rounding of the mean.
  private func logProbability(_ count: Int, distance: Double) -> Double {
    let n = Double(trials)
    // The two ends have no Stirling form; put the cancelled terms back.
    if count == 0 || count == trials {
      let exact = count == 0 ? n * Elementary.log1p(-p) : n * Elementary.log(p)
      return exact + 0.9189385332046727 - Elementary.stirlingError(n)
    }
    let x = Double(count)
    let y = Double(trials - count)
    return 0.5 * (Elementary.log(n / x) - Elementary.log(y))
      - mean * Elementary.deviance(distance / mean)
      - n * q * Elementary.deviance(-distance / (n * q))
      - Elementary.stirlingError(x) - Elementary.stirlingError(y)
  }
}

/// n·p for 0 ≤ n ≤ 2⁶², 0 ≤ p ≤ ½: its floor, exact, and the rest in [0, 1], to 53 bits.
private func exactProduct(_ n: Int, _ p: Double) -> (whole: Int, rest: Double) {
  if n > 1 << 53 { return wideProduct(n, p) }
  // Dekker's product: high + low = n·p exactly.
  let x = Double(n)
  let high = x * p
  let (x1, x2) = halves(x)
  let (p1, p2) = halves(p)
  let low = ((x1 * p1 - high) + x1 * p2 + x2 * p1) + x2 * p2
  let whole = Int(high)
  let rest = (high - Double(whole)) + low
  return rest < 0 ? (whole - 1, rest + 1) : (whole, rest)
}

/// A double as the sum of two of 26 bits (Veltkamp).
private func halves(_ x: Double) -> (Double, Double) {
  let scaled = x * 134_217_729
  let high = scaled - (scaled - x)
  return (high, x - high)
}

/// The same for n of more than 53 bits, in integers.
private func wideProduct(_ n: Int, _ p: Double) -> (whole: Int, rest: Double) {
  // Below, n·p < 2⁻⁸ and has no whole part.
  guard p >= 0x1p-70 else { return (0, Double(n) * p) }
  // p = m·2⁻ˢ with a 53-bit integer m and s ≤ 122; n·m has at most 115 bits.
  let m = UInt64(p.significand * 0x1p52)
  let shift = UInt128(52 - Int(p.exponent))
  let product = UInt128(n) * UInt128(m)
  let whole = product >> shift
  let low = product - whole << shift
  return (Int(whole), Double(low) * Double(sign: .plus, exponent: -Int(shift), significand: 1))
}

extension RandomStream {
  /// The number of successes among `trials`, each of `probability`. See `BinomialSampler`.
  public mutating func binomial(trials: Int, probability: Double) -> Int {
    BinomialSampler(trials: trials, probability: probability).draw(&self)
  }
}
