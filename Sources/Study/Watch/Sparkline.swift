import Glibc

/// A curve as a line of block letters.
struct Sparkline {
  /// Where the lowest and the highest letter stand.
  private let low: Double
  private let high: Double
  /// Whether heights are logarithms.
  let isLogarithmic: Bool

  private static let letters = Array("▁▂▃▄▅▆▇█")
  /// Positive curves that span more than this are drawn on a logarithmic scale.
  private static let widestLinearRatio = 1000.0

  /// A scale for curves that are compared.
  init(scaleOf curves: [[Double]]) {
    let values = curves.joined().filter(\.isFinite)
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    isLogarithmic = least > 0 && most / least > Self.widestLinearRatio
    low = isLogarithmic ? log(least) : least
    high = isLogarithmic ? log(most) : most
  }

  /// The curve in `width` letters, for `count` places from generation 0 on; blank where there is no
  /// value yet. Where generations are more than letters, a letter is the mean height of its own.
  func text(_ curve: [Double], count: Int, width: Int) -> String {
    let letters = min(width, max(count, 1))
    return String(
      (0..<letters).map { place in
        let start = place * count / letters
        let end = max(start + 1, (place + 1) * count / letters)
        let heights = curve[min(start, curve.count)..<min(end, curve.count)]
          .filter(\.isFinite).map(height)
        guard !heights.isEmpty else { return " " }
        return letter(heights.reduce(0, +) / Double(heights.count))
      })
  }

  private func height(_ value: Double) -> Double {
    guard high > low else { return 0.5 }
    return ((isLogarithmic ? log(value) : value) - low) / (high - low)
  }

  private func letter(_ height: Double) -> Character {
    let count = Self.letters.count
    return Self.letters[min(count - 1, max(0, Int(height * Double(count))))]
  }
}
