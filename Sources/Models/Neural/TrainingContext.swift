import Engine
import Glibc

/// What a fit or a draw may use of the process that it runs in: the group that shares the work, how the
/// programs are built, when to stop, where to save.
///
/// None of it changes a result but the number of shards and the program options, which are part of
/// the study.
public struct TrainingContext {
  /// How the shards of a batch are divided over ranks and added.
  public var exchange: any ShardExchange
  public var options: ProgramOptions
  /// The most steps of a fit: for trying a study out. Nil but in a rehearsal.
  public var mostSteps: Int?
  /// Called between instructions of long programs: lets messages move. Takes next to no time.
  public var poll: () throws -> Void
  /// Whether to stop. Asked between steps; the fit saves where it is and throws `Interrupted`.
  public var shouldStop: () -> Bool
  /// Where a fit keeps what it has reached; nil where it is not kept.
  public var checkpoint: FitCheckpoint?
  /// Called after every step of a fit. Takes next to no time.
  public var progress: (FitProgress) throws -> Void = { _ in }
  /// Seconds of a clock that never goes back; asked by fits that may take so much time and no more.
  public var seconds: () -> Double = monotonicSeconds

  public init(
    exchange: any ShardExchange = LocalShards(shards: 1),
    options: ProgramOptions = ProgramOptions(), poll: @escaping () throws -> Void = {},
    shouldStop: @escaping () -> Bool = { false },
    checkpoint: FitCheckpoint? = nil
  ) {
    self.exchange = exchange
    self.options = options
    self.poll = poll
    self.shouldStop = shouldStop
    self.checkpoint = checkpoint
  }
}

/// The place of one fit's checkpoint. The bytes are a safetensors file.
public struct FitCheckpoint {
  /// What was saved by an interrupted run of the same fit; nil where there is nothing.
  public var load: () throws -> [UInt8]?
  /// Replaces what was saved.
  public var save: ([UInt8]) throws -> Void
  /// Whether it is time to save again.
  public var isDue: () -> Bool

  public init(
    load: @escaping () throws -> [UInt8]?, save: @escaping ([UInt8]) throws -> Void,
    isDue: @escaping () -> Bool
  ) {
    self.load = load
    self.save = save
    self.isDue = isDue
  }
}

/// How far a fit has come.
public struct FitProgress: Sendable, Hashable {
  /// The steps done.
  public let step: Int
  /// The steps of the fit.
  public let steps: Int
  /// What was minimised in the last step; for a Wasserstein GAN what its critic minimised.
  public let loss: Float

  public init(step: Int, steps: Int, loss: Float) {
    self.step = step
    self.steps = steps
    self.loss = loss
  }
}

private func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
