import Models
import Results
import Samples

/// How a chain talks to whoever runs it.
///
/// Its closures are called on the chain's thread, between generations.
public struct ChainControl {
  /// Takes a block of committed generations. An error (full disk, lost coordinator) ends the chain. Of
  /// trained models it has to outlive the process when this returns: the chain drops the states that it
  /// was made from.
  public let emit: (ChainBlock) throws -> Void
  /// Whether to stop at the next opportunity; asked at least once a generation.
  public let shouldStop: () -> Bool
  /// Why the chain has to end although nobody asked the run to stop, e.g. its time is over; nil for no
  /// such reason. Asked after a fit or a measure was interrupted.
  public let limitPassed: () -> String?
  /// Called when work on a generation begins.
  public let began: (_ generation: Int) -> Void
  /// Called once a generation, for whatever else the process has to see to.
  public let tick: () throws -> Void
  /// Takes the samples of a generation that the study keeps.
  public let keep: (_ generation: Int, _ samples: SampleSet) throws -> Void
  /// Takes the model of a generation that the study keeps: a safetensors file.
  public let keepModel: (_ generation: Int, _ state: [UInt8]) throws -> Void
  /// Takes how far the fit of a generation has come, after each of its steps. Takes next to no time.
  public let progress: (_ generation: Int, _ fit: FitProgress) throws -> Void
  /// Seconds after which gathered generations are emitted although the chain goes on.
  public let blockSeconds: Double
  /// What models that are trained in many steps may use of the process.
  public let training: TrainingContext
  /// Where models that are trained in many steps are kept; nil where they are not.
  public let states: StateStore?

  public init(
    emit: @escaping (ChainBlock) throws -> Void, shouldStop: @escaping () -> Bool = { false },
    limitPassed: @escaping () -> String? = { nil }, began: @escaping (Int) -> Void = { _ in },
    tick: @escaping () throws -> Void = {},
    keep: @escaping (Int, SampleSet) throws -> Void = { _, _ in },
    keepModel: @escaping (Int, [UInt8]) throws -> Void = { _, _ in },
    progress: @escaping (Int, FitProgress) throws -> Void = { _, _ in }, blockSeconds: Double = 1,
    training: TrainingContext = TrainingContext(), states: StateStore? = nil
  ) {
    self.emit = emit
    self.shouldStop = shouldStop
    self.limitPassed = limitPassed
    self.began = began
    self.tick = tick
    self.keep = keep
    self.keepModel = keepModel
    self.progress = progress
    self.blockSeconds = blockSeconds
    self.training = training
    self.states = states
  }
}
