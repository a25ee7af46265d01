import Foundation

/// A number for reading: so many significant digits, without trailing zeros; a dash where there is none.
func numberText(_ value: Double, digits: Int = 4) -> String {
  guard value.isFinite else { return "–" }
  if let integer = Int(exactly: value), abs(integer) < 100_000_000 { return "\(integer)" }
  return String(format: "%.\(digits)g", value)
}

/// A count with separators between thousands.
func countText(_ count: Int) -> String {
  var digits = String(count.magnitude)
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  return (count < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}

/// A count with its noun, e.g. `1 cell`, `50 cells`.
func countText(_ count: Int, _ noun: String) -> String {
  "\(countText(count)) \(noun)\(count == 1 ? "" : "s")"
}

/// `[low, high]`, or a dash without an interval.
func intervalText(_ low: Double, _ high: Double) -> String {
  low.isFinite && high.isFinite ? "[\(numberText(low)), \(numberText(high))]" : "–"
}

/// A duration for reading.
func durationText(seconds: Double) -> String {
  switch seconds {
  case ..<0.001: String(format: "%.1f µs", seconds * 1e6)
  case ..<1: String(format: "%.1f ms", seconds * 1e3)
  case ..<120: String(format: "%.1f s", seconds)
  case ..<7200: String(format: "%.1f min", seconds / 60)
  default: String(format: "%.1f h", seconds / 3600)
  }
}
