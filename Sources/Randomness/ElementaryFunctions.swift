// For the linker: square roots and roundings are calls into the C library on plain x86-64. They
// are exact, so they are the same everywhere.
#if canImport(Glibc)
  import Glibc
#endif

/// Elementary functions of the scalar samplers, in operations that IEEE 754 rounds correctly: the C
/// library's vary in the last bit between its versions and between processors with and without
/// fused multiply-add, and one bit can turn an acceptance. Polynomials are minimax fits (Remez
/// exchange).
enum Elementary {
  /// ln x for normal x > 0, error below 1 ulp; −∞ at 0.
  ///
  /// x = 2ᵏ(1 + f), 1 + f in [√½, √2), s = f / (2 + f), ln(1 + f) = f − (f²/2 − s(f²/2 + R(s²))).
  static func log(_ x: Double) -> Double {
    guard x >= .leastNormalMagnitude else {
      return x > 0 ? log(x * 0x1p54) - 54 * 0.6931471805599453 : (x == 0 ? -.infinity : .nan)
    }
    guard x < .infinity else { return x }
    let above = Int64(bitPattern: x.bitPattern) - 0x3fe6_a09e_667f_3bcd
    let exponent = above >> 52
    let mantissa = x.bitPattern &- UInt64(bitPattern: exponent << 52)
    return log(onePlus: Double(bitPattern: mantissa) - 1, exponent: Double(exponent), correction: 0)
  }

  /// ln(1 + x) for x > −1, error below 1.5 ulp also near 0.
  static func log1p(_ x: Double) -> Double {
    if abs(x) < 0x1p-53 { return x }
    if x > -0.29 && x < 0.41 { return log(onePlus: x, exponent: 0, correction: 0) }
    // 1 + x rounds; what it loses, relative to it, is the correction.
    let sum = 1 + x
    let lost = x > 1 ? 1 - (sum - x) : x - (sum - 1)
    let above = Int64(bitPattern: sum.bitPattern) - 0x3fe6_a09e_667f_3bcd
    let exponent = above >> 52
    let mantissa = sum.bitPattern &- UInt64(bitPattern: exponent << 52)
    return log(
      onePlus: Double(bitPattern: mantissa) - 1, exponent: Double(exponent), correction: lost / sum)
  }

  private static func log(onePlus f: Double, exponent k: Double, correction: Double) -> Double {
    let s = f / (f + 2)
    let t = s * s
    let t2 = t * t
    let even = 0x1.999999997fdb3p-2 + t2 * (0x1.c71c52093c9e6p-3 + t2 * 0x1.39a1ba2a5400ep-3)
    let inner = 0x1.74663eee59283p-3 + t2 * 0x1.2f0568c932018p-3
    let odd = 0x1.5555555555592p-1 + t2 * (0x1.24924941f1548p-2 + t2 * inner)
    let r = t * odd + t2 * even
    let halfSquare = f * f * 0.5
    let low = k * 0x1.a39ef35793c76p-33 + correction
    return k * 0x1.62e42feep-1 - ((halfSquare - (s * (halfSquare + r) + low)) - f)
  }

  /// eˣ, error below 1 ulp; 0 below −745, +∞ above 709.78.
  ///
  /// x = k·ln 2 + r, |r| ≤ ½ ln 2, eʳ = 1 + r + r²·P(r).
  static func exp(_ x: Double) -> Double {
    guard x < 709.782712893384 else { return x.isNaN ? x : .infinity }
    guard x > -745.2 else { return 0 }
    // Adding 1.5·2⁵² rounds to the nearest integer.
    let k = (x * 0x1.71547652b82fep+0 + 0x1.8p52) - 0x1.8p52
    let high = x - k * 0x1.62e42feep-1
    let low = k * 0x1.a39ef35793c76p-33
    let r = high - low
    let lost = (high - r) - low
    var p = 0x1.1f9dfcda04f90p-29
    p = p * r + 0x1.af6cbf28a1fa4p-26
    p = p * r + 0x1.27e4bf2521b71p-22
    p = p * r + 0x1.71ddef9b8b102p-19
    p = p * r + 0x1.a01a01b45cb28p-16
    p = p * r + 0x1.a01a01b3b813bp-13
    p = p * r + 0x1.6c16c16c13569p-10
    p = p * r + 0x1.111111110ebbap-7
    p = p * r + 0x1.555555555555ep-5
    p = p * r + 0x1.555555555555cp-3
    p = p * r + 0.5
    let value = 1 + (r + (r * r * p + lost))
    // 2ᵏ in two factors: k reaches −1075, where one factor would not be a normal number.
    let half = Int64(k) >> 1
    return value * powerOfTwo(half) * powerOfTwo(Int64(k) - half)
  }

  /// 2ᵏ for −1022 ≤ k ≤ 1023.
  private static func powerOfTwo(_ k: Int64) -> Double {
    Double(bitPattern: UInt64(k + 1023) << 52)
  }

  /// ln n! − ((n + ½) ln n − n + ½ ln 2π) for integers n ≥ 1: what Stirling's formula leaves out.
  /// Exact to 1e-17 (table to 15, then 1/12n − 1/360n³ + 1/1260n⁵ − 1/1680n⁷ + 1/1188n⁹).
  static func stirlingError(_ n: Double) -> Double {
    if n <= 15 { return stirlingErrors[Int(n)] }
    let q = 1 / (n * n)
    var sum = 1.0 / 1680 - q * (1.0 / 1188)
    sum = 1.0 / 1260 - q * sum
    sum = 1.0 / 360 - q * sum
    sum = 1.0 / 12 - q * sum
    return sum / n
  }

  /// (1 + t) ln(1 + t) − t for t ≥ −1, to full relative accuracy: ≈ t²/2 near 0.
  ///
  /// Near 0 from ln(1 + t) = 2 artanh v, v = t / (2 + t): t·v + 2(1 + t)v³(⅓ + v²/5 + v⁴/7 + …)
  /// (Loader, "Fast and accurate computation of binomial probabilities", 2000).
  static func deviance(_ t: Double) -> Double {
    if t <= -1 { return 1 }
    if abs(t) > 0.1 { return (1 + t) * log1p(t) - t }
    let v = t / (2 + t)
    let w = v * v
    let high = 1.0 / 11 + w * (1.0 / 13 + w * (1.0 / 15))
    let sum = 1.0 / 3 + w * (1.0 / 5 + w * (1.0 / 7 + w * (1.0 / 9 + w * high)))
    return t * v + 2 * (1 + t) * v * w * sum
  }
}

/// `stirlingError` of 1…15 (index 0 unused).
private let stirlingErrors: [Double] = [
  0,
  0.08106146679532726,
  0.0413406959554093,
  0.02767792568499834,
  0.020790672103765093,
  0.016644691189821193,
  0.013876128823070748,
  0.01189670994589177,
  0.010411265261972096,
  0.009255462182712733,
  0.00833056343336287,
  0.007573675487951841,
  0.00694284010720953,
  0.006408994188004207,
  0.0059513701127588475,
  0.005554733551962801,
]
