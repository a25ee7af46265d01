import Datasets
import Loops
import Models
import Options
import Randomness
import Samples

/// The size of a data set: what the cost of a chain depends on.
public struct DatasetShape: Sendable, Hashable {
  /// Samples in the training set.
  public let count: Int
  /// Numbers stored for one sample.
  public let width: Int
  /// What a sample is, where it is known.
  public let space: SampleSpace?

  public init(count: Int, width: Int, space: SampleSpace? = nil) {
    self.count = count
    self.width = width
    self.space = space
  }
}

/// A rough cost of chains, for planning and for ordering work; never part of a result.
///
/// One unit is one number of one sample passed over once. A generation costs
/// `(T + M) · w · (1 + k + m)` units: T samples fitted, M drawn, w numbers a sample, k mixture
/// components (the model's `components` option, 0 where it has none), m metrics. For a model that is
/// fitted to merged statistics T counts nothing: old samples are never read again.
public struct CostModel: Sendable {
  /// Seconds a unit takes on one core.
  public var secondsPerUnit: Double

  /// - Parameter secondsPerUnit: from a calibration; the default is what the preset
  ///   `collapse-or-thrive/gaussian` took (0.50 s for 1.69e8 units, one core of a Sapphire-Rapids-class
  ///   virtual machine). Iterative fits take longer by their number of steps.
  public init(secondsPerUnit: Double = 3e-9) { self.secondsPerUnit = secondsPerUnit }

  /// Floating-point operations that take as long as a unit: 80 GFLOP/s.
  private static let operationsPerUnit = 240.0

  /// Units of one chain.
  ///
  /// - Parameter operations: of one fit of a model that is trained in many steps; nil for others.
  public func units(_ cell: CellSpec, _ load: ChainLoad, operations: Double? = nil) -> Double {
    if let operations {
      return operations / Self.operationsPerUnit * Double(cell.generations)
        + load.drawn * Double(load.width * (1 + cell.metrics.count))
    }
    var components = 0
    if case .integer(let count)? = cell.model.options.values["components"] { components = count }
    let passes = Double(1 + components + cell.metrics.count)
    let model = ModelRegistry.named(cell.model.name)
    let mergesStatistics = model.map(CostModel.hasStatistics) ?? false
    let samples = mergesStatistics ? load.drawn : load.fitted + load.drawn
    return samples * Double(load.width) * passes
  }

  private static func hasStatistics(_ model: any GenerativeModel.Type) -> Bool {
    func has<M: GenerativeModel>(_ model: M.Type) -> Bool { M.Statistics.self != NoStatistics.self }
    return has(model)
  }
}

/// How many samples a chain handles.
public struct ChainLoad: Sendable, Hashable {
  /// Samples fitted, summed over generations.
  public let fitted: Double
  /// Samples drawn, summed over generations.
  public let drawn: Double
  /// The largest training set.
  public let peak: Int
  /// Numbers stored for one sample.
  public let width: Int
}

extension ChainLoad {
  /// At most this many generations are asked for their training set; the others are interpolated.
  private static let probes = 64

  /// - Throws: what the policy throws when the loop's options do not suit it.
  public init(_ cell: CellSpec, _ shape: DatasetShape) throws {
    let setting = PolicySetting(
      dataCount: shape.count, real: cell.loop.real, samples: cell.loop.samples,
      generations: cell.generations)
    let policy = try PolicyRegistry.named(cell.loop.policy.name)?.init(
      options: cell.loop.policy.options, setting: setting)
    let step = max(1, cell.generations / ChainLoad.probes)
    var fitted = 0.0
    var drawn = 0.0
    var peak = shape.count
    var stream = RandomStream(key: RandomKey(seed: 0))
    for generation in stride(from: 0, to: cell.generations, by: step) {
      let weight = Double(min(step, cell.generations - generation))
      var size = shape.count
      if generation > 0, let policy {
        size = policy.recipe(generation: generation, stream: &stream).size(in: setting)
      } else if generation > 0 {
        size = setting.sampleCount(after: generation - 1)
      }
      peak = max(peak, size)
      fitted += weight * Double(size)
      drawn += weight * Double(setting.sampleCount(after: generation))
    }
    self.init(fitted: fitted, drawn: drawn, peak: peak, width: shape.width)
  }
}

extension Recipe {
  /// Samples in the training set this recipe makes.
  func size(in setting: PolicySetting) -> Int {
    let whole = ingredients.reduce(0) { total, ingredient in
      switch ingredient {
      case .real(let count), .fresh(let count), .draw(_, let count): total + count
      case .synthetic(let generations):
        generations.reduce(total) { $0 + setting.sampleCount(after: $1) }
      }
    }
    return subsample.map { min($0, whole) } ?? whole
  }
}
