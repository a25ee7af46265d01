import Foundation

extension StudyEstimate {
  /// The estimate as a table for people.
  public func table(title: String) -> String {
    let rows = [
      ("cells", StudyEstimate.grouped(Double(cells))),
      ("chains", StudyEstimate.grouped(Double(chains))),
      ("generations", StudyEstimate.grouped(generations)),
      ("samples drawn", StudyEstimate.grouped(samples)),
      ("ranks", StudyEstimate.grouped(Double(ranks))),
      ("time", "about " + StudyEstimate.duration(seconds)),
      ("memory per rank", "about " + StudyEstimate.bytes(memoryBytesPerRank)),
      ("segments", "about " + StudyEstimate.bytes(segmentBytes)),
      ("database", "about " + StudyEstimate.bytes(databaseBytes)),
      ("kept samples", StudyEstimate.bytes(keptBytes)),
      ("files", "at most " + StudyEstimate.grouped(files)),
    ]
    let lines = rows.map { "  " + $0.0.padding(toLength: 16, withPad: " ", startingAt: 0) + $0.1 }
    return ([title] + lines).joined(separator: "\n")
  }

  /// `12,345,678`, the same in every locale.
  static func grouped(_ number: Double) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return String(format: "%.3g", number) }
    let digits = Array(String(Int(number.rounded())))
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }

  static func bytes(_ count: Double) -> String {
    var value = count
    for unit in ["B", "kB", "MB", "GB", "TB"] {
      if value < 1000 { return String(format: unit == "B" ? "%.0f " : "%.3g ", value) + unit }
      value /= 1000
    }
    return String(format: "%.3g PB", value)
  }

  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: String(format: "%.2g s", seconds)
    case ..<7200: String(format: "%.0f min", seconds / 60)
    case ..<172_800: String(format: "%.1f h", seconds / 3600)
    default: String(format: "%.1f days", seconds / 86_400)
    }
  }
}
