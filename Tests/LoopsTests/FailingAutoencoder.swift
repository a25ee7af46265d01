import Models
import Options
import Randomness
import Samples

/// A variational autoencoder whose training ends without a result after two steps on 50 samples.
struct FailingAutoencoder: GenerativeModel {
  static let component = Component(
    name: "failing", summary: "An autoencoder that fails.",
    options: VariationalAutoencoder.component.options)
  static var isTrained: Bool { true }

  private var model: VariationalAutoencoder

  init(options: OptionValues, space: SampleSpace) throws {
    model = try VariationalAutoencoder(options: options, space: space)
  }

  mutating func fit(_ training: TrainingSet<NoStatistics>, key: RandomKey) throws -> FitReport {
    try fit(training, key: key, context: TrainingContext())
  }

  mutating func fit(
    _ training: TrainingSet<NoStatistics>, key: RandomKey, context: TrainingContext
  ) throws -> FitReport {
    guard training.count == 50 else { return try model.fit(training, key: key, context: context) }
    var failing = context
    // Asked before every step: the third one fails.
    var steps = 0
    let shouldStop = context.shouldStop
    failing.shouldStop = {
      steps += 1
      return shouldStop()
    }
    failing.poll = { if steps == 3 { throw FitError.degenerate("too much is too much") } }
    return try model.fit(training, key: key, context: failing)
  }

  func synthesize(_ request: SampleRequest) throws -> Synthesis<NoStatistics> {
    try model.synthesize(request)
  }

  func encodedState(report: FitReport) throws -> [UInt8]? { try model.encodedState(report: report) }

  mutating func restore(state: [UInt8]) throws -> FitReport { try model.restore(state: state) }
}
