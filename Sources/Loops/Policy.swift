import Options
import Randomness

/// The rule that composes the training set of a generation. It knows nothing of models.
public protocol Policy: Sendable {
  /// Name, summary and options (beyond those every loop has).
  static var component: Component { get }

  /// - Throws: `ComponentError` when the loop's options do not suit the policy.
  init(options: OptionValues, setting: PolicySetting) throws

  /// How many previous models recipes may draw from by `Ingredient.draw`; 1 is the newest alone.
  var modelMemory: Int { get }

  /// What generation `generation` ≥ 1 is fitted to.
  func recipe(generation: Int, stream: inout RandomStream) -> Recipe
}

extension Policy {
  public var modelMemory: Int { 1 }
}

/// What a policy may know of its chain.
public struct PolicySetting: Sendable {
  /// The size of the real training set.
  public let dataCount: Int
  /// `loop.real`; `nil` for "all".
  public let real: Int?
  public let samples: SampleSize
  public let generations: Int

  public init(dataCount: Int, real: Int?, samples: SampleSize, generations: Int) {
    self.dataCount = dataCount
    self.real = real
    self.samples = samples
    self.generations = generations
  }

  /// M_i: the synthetic samples drawn after generation i.
  public func sampleCount(after generation: Int) -> Int {
    samples.count(generation: generation, dataCount: dataCount)
  }
}

/// A part of a training set.
public enum Ingredient: Sendable, Hashable {
  /// The first `count` of the chain's real training samples.
  case real(count: Int)
  /// Real samples nobody has seen before.
  case fresh(count: Int)
  /// The synthetic sets drawn after these generations, whole and in order.
  case synthetic(generations: Range<Int>)
  /// New samples from the model of a generation.
  case draw(generation: Int, count: Int)
}

/// A training set in terms of its parts.
public struct Recipe: Sendable, Hashable {
  public var ingredients: [Ingredient]
  /// The size of the uniform subset, without replacement, that is trained on; `nil` for all.
  public var subsample: Int?

  public init(_ ingredients: [Ingredient], subsample: Int? = nil) {
    self.ingredients = ingredients
    self.subsample = subsample
  }

  /// The first generation whose samples or model it asks for; later recipes go no further back.
  /// `Int.max` where it asks for none.
  var oldestGeneration: Int {
    ingredients.reduce(.max) { oldest, ingredient in
      switch ingredient {
      case .real, .fresh: oldest
      case .synthetic(let generations): min(oldest, generations.lowerBound)
      case .draw(let generation, _): min(oldest, generation)
      }
    }
  }

  /// Whether the synthetic set drawn after a generation is part of it.
  public func uses(syntheticSetOf generation: Int) -> Bool {
    ingredients.contains {
      if case .synthetic(let generations) = $0 { generations.contains(generation) } else { false }
    }
  }
}
