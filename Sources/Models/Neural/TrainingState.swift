import Engine
import Samples

/// A checkpoint that does not belong to the fit that reads it.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
  public let path: String
  public let reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
  public var description: String { "\(path): \(reason)" }
}

/// Saves and restores everything that a fit has changed after some of its steps.
enum TrainingState {
  private static let step = "step"
  private static let seconds = "seconds"

  /// - Parameters:
  ///   - spent: the seconds that the fit has taken; nil where they do not matter.
  ///   - variables: of the networks and the optimisers, with different names.
  static func encode(
    step done: Int, seconds spent: Double?, _ variables: [Variable], _ log: TrainingLog
  ) -> [UInt8] {
    let clock = spent.map { SafetensorsTensor(seconds, shape: [], .float64([$0])) }
    return SafetensorsFile.encode(
      [SafetensorsTensor(step, shape: [], .int64([Int64(done)]))] + (clock.map { [$0] } ?? [])
        + log.tensors
        + variables.map { SafetensorsTensor($0.name, shape: $0.shape, .float32($0.array)) },
      isChecked: true)
  }

  /// - Parameter steps: of the fit.
  /// - Returns: the number of steps done, less than `steps`, and the seconds that they took, 0 where they
  ///   do not matter.
  /// - Throws: `SafetensorsError`, `CheckpointError`.
  static func restore(
    _ bytes: [UInt8], into variables: [Variable], _ log: inout TrainingLog, steps: Int
  ) throws -> (done: Int, seconds: Double) {
    let file = try SafetensorsFile(bytes, path: "the checkpoint of the fit")
    try file.requireChecksum()
    for variable in variables {
      guard let entry = file.entry(variable.name), entry.shape == variable.shape else {
        throw CheckpointError(
          path: file.path, reason: "\(variable.name) is missing or has another shape")
      }
      try file.floats(entry, into: variable.values)
    }
    try log.restore(from: file)
    guard let entry = file.entry(step), let value = try file.reals(entry).first,
      let done = Int(exactly: value)
    else {
      throw CheckpointError(path: file.path, reason: "it does not say how many steps were done")
    }
    guard (0..<steps).contains(done) else {
      throw CheckpointError(path: file.path, reason: "\(done) steps of \(steps) were done")
    }
    var spent = 0.0
    if let entry = file.entry(seconds) {
      guard let value = try file.reals(entry).first, value.isFinite, value >= 0 else {
        throw CheckpointError(path: file.path, reason: "it does not say how long the steps took")
      }
      spent = value
    }
    return (done, spent)
  }
}

extension TrainingStep {
  /// - Parameter owner: what was trained, for the message.
  /// - Throws: `FitError.notFinite` when the loss of the last run or its gradient is not finite.
  func requireFinite(_ owner: String, step: Int) throws(FitError) {
    guard value("loss").isFinite else {
      throw .notFinite(quantity: "the loss of \(owner) in step \(step)")
    }
    guard gradientNorm.isFinite else {
      throw .notFinite(quantity: "the gradient of \(owner) in step \(step)")
    }
  }
}

extension TrainingContext {
  /// Runs steps from where the checkpoint is, or from the first, and saves when it is time to.
  ///
  /// - Parameters:
  ///   - mostSeconds: after these, those of earlier processes included, no further step is made; at least
  ///     one is. The clock is that of rank 0.
  ///   - resume: called once with the number of steps that are done already.
  ///   - step: one step.
  /// - Returns: the steps done.
  /// - Throws: `Interrupted` after saving, when a stop was asked for; `SafetensorsError` and
  ///   `CheckpointError` for a checkpoint that is damaged or of another fit; what `step` throws.
  func run(
    steps: Int, mostSeconds: Double? = nil, saving variables: [Variable], log: inout TrainingLog,
    resume: (_ done: Int) throws -> Void,
    step: (_ index: Int, _ log: inout TrainingLog) throws -> Void
  ) throws -> Int {
    var done = 0
    var earlier = 0.0
    if let bytes = try checkpoint?.load() {
      (done, earlier) = try TrainingState.restore(bytes, into: variables, &log, steps: steps)
    }
    try resume(done)
    let start = mostSeconds == nil ? 0 : seconds() - earlier
    while done < min(steps, mostSteps ?? steps) {
      try poll()
      let stops = try exchange.agree(shouldStop() || Interruption.isRequested)
      if try exchange.agree(stops || checkpoint?.isDue() ?? false), let checkpoint {
        if exchange.rank == 0 {
          let spent = mostSeconds == nil ? nil : seconds() - start
          try checkpoint.save(TrainingState.encode(step: done, seconds: spent, variables, log))
        }
      }
      if stops { throw Interrupted() }
      try step(done, &log)
      done += 1
      try progress(FitProgress(step: done, steps: steps, loss: log.newestLoss))
      if let mostSeconds, try exchange.agree(seconds() - start >= mostSeconds) { break }
    }
    return done
  }
}
