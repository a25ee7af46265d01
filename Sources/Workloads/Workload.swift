import Engine
import Options
import Randomness

/// A model with the programs that train it and that draw from it, on data made up for the purpose: what
/// `ouroboros bench` measures and what tests of the engine train.
///
/// A file of this target holds one family. Named workloads, which are a family with its options fixed,
/// are listed in `WorkloadRegistry`.
public protocol Workload: SendableMetatype {
  /// Name, summary and options.
  static var component: Component { get }

  /// A model before training.
  ///
  /// - Throws: `ComponentError` for options that do not go together.
  init(options: OptionValues, key: RandomKey) throws

  /// All variables of its models.
  var variables: [Variable] { get }

  /// Builds the programs of a training step.
  func training(_ options: ProgramOptions) throws -> Routine

  /// Builds the programs that draw samples; nil for models that have none to draw.
  func sampling(_ options: ProgramOptions) throws -> Routine?
}

extension Workload {
  public func sampling(_ options: ProgramOptions) throws -> Routine? { nil }

  /// The number of weights.
  public var parameterCount: Int {
    variables.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
  }
}
