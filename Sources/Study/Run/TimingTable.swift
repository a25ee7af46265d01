import Foundation
import Results

/// The table at the end of a run: where the workers' time went, and what follows from it.
struct TimingTable {
  let reports: [WorkerReport]
  let elapsed: Double

  /// The table as text, one line a phase: minimum, average and maximum over workers, imbalance
  /// (maximum over average, less one) and share of the workers' time.
  var text: String {
    guard !reports.isEmpty else { return "" }
    let total = elapsed * Double(reports.count)
    var lines = [
      "phase        min s      avg s      max s   imbal.   share",
      "-------------------------------------------------------------",
    ]
    var known = 0.0
    func row(_ name: String, _ values: [Double]) {
      let sum = values.reduce(0, +)
      let average = sum / Double(values.count)
      known += sum
      guard sum > 0 else { return }
      lines.append(
        name.padding(toLength: 9, withPad: " ", startingAt: 0)
          + String(
            format: "%9.3f  %9.3f  %9.3f  %5.1f %%  %5.1f %%", values.min() ?? 0, average,
            values.max() ?? 0, average > 0 ? 100 * ((values.max() ?? 0) / average - 1) : 0,
            100 * sum / total))
    }
    for name in Phase.allCases.map(\.name) + [WorkerReport.exchange, "idle"] {
      row(name, reports.map { $0.seconds[name] ?? 0 })
    }
    lines.append("other".padding(toLength: 9, withPad: " ", startingAt: 0)
      + String(format: "%42.1f %%", 100 * max(0, total - known) / total))
    return lines.joined(separator: "\n")
  }

  /// At most three sentences on what could be better.
  var advice: [String] {
    var advice: [String] = []
    let idle = reports.reduce(0) { $0 + ($1.seconds["idle"] ?? 0) }
    let share = idle / max(elapsed * Double(reports.count), 1e-9)
    if share > 0.05, elapsed > 1 {
      advice.append(
        String(format: "Workers were idle %.0f %% of the time: use fewer ranks, or more chains.", 100 * share))
    }
    let reused = reports.reduce(0) { $0 + $1.firstReused }
    let fitted = reports.reduce(0) { $0 + $1.firstFitted }
    if reused > 0 {
      let seconds = reports.reduce(0) { $0 + $1.firstSeconds }
      let saved = fitted > 0 ? seconds / Double(fitted) * Double(reused) : 0
      advice.append(
        "Generation 0 was fitted \(fitted) times and shared \(reused) times"
          + (saved >= 0.1 ? String(format: ", which saved %.1f s of training.", saved) : "."))
    }
    return advice
  }
}
