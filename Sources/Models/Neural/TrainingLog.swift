import Engine

/// What is measured in every step of a fit, as means over fifty equal parts of its steps.
struct TrainingLog {
  static let windows = 50
  private let steps: Int
  /// By name: sums and counts of each window, [2 × windows].
  private var series: [String: [Double]] = [:]
  private static let prefix = "log."
  private let loss: String
  /// The last value of the loss; NaN before the first step of this process.
  private(set) var newestLoss = Float.nan

  /// - Parameter loss: the name of what is shown while the fit goes on.
  init(steps: Int, loss: String) {
    self.steps = steps
    self.loss = loss
  }

  mutating func record(_ name: String, _ value: Float, step: Int) {
    if name == loss { newestLoss = value }
    let window = min(step * Self.windows / max(steps, 1), Self.windows - 1)
    series[name, default: [Double](repeating: 0, count: 2 * Self.windows)][window] += Double(value)
    series[name]?[Self.windows + window] += 1
  }

  /// The means of the windows in which there were steps.
  func means(_ name: String) -> [Double] {
    guard let sums = series[name] else { return [] }
    return (0..<Self.windows).compactMap { window in
      let count = sums[Self.windows + window]
      return count > 0 ? sums[window] / count : nil
    }
  }

  func first(_ name: String) -> Double { means(name).first ?? .nan }
  func last(_ name: String) -> Double { means(name).last ?? .nan }
  func largest(_ name: String) -> Double { means(name).max() ?? .nan }

  /// The mean over all steps.
  func mean(_ name: String) -> Double {
    guard let sums = series[name] else { return .nan }
    return sums[..<Self.windows].reduce(0, +) / sums[Self.windows...].reduce(0, +)
  }

  /// The log as tensors of a checkpoint.
  var tensors: [SafetensorsTensor] {
    series.map { SafetensorsTensor(Self.prefix + $0.key, shape: [2, Self.windows], .float64($0.value)) }
  }

  mutating func restore(from file: SafetensorsFile) throws {
    series = [:]
    for entry in file.entries where entry.name.hasPrefix(Self.prefix) {
      guard entry.shape == [2, Self.windows] else {
        throw CheckpointError(path: file.path, reason: "\(entry.name) has the shape \(entry.shape)")
      }
      series[String(entry.name.dropFirst(Self.prefix.count))] = try file.reals(entry)
    }
  }
}
