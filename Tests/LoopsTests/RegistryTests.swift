import Loops
import Models
import Laws
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// What every policy and corrector of the registries promises.
@Suite struct RegistryTests {
  /// Values for options that have no default.
  private func options(_ component: Component) throws -> OptionValues {
    var given: [String: OptionValue] = [:]
    for spec in component.options where spec.defaultValue == nil {
      switch spec.kind {
      case .integer: given[spec.name] = .integer(2)
      // Weights that sum to 1.
      case .real: given[spec.name] = .real(0.5)
      default: Issue.record("\(component.name).\(spec.name) needs a value here")
      }
    }
    return try OptionValues(given, specs: component.options)
  }

  @Test func names() {
    for components in [PolicyRegistry.all.map { $0.component }, CorrectorRegistry.all.map { $0.component }] {
      #expect(!components.isEmpty && Set(components.map(\.name)).count == components.count)
      for component in components {
        #expect(!component.summary.isEmpty)
        #expect(component.name.allSatisfy { $0.isLowercase || $0 == "-" })
      }
    }
    #expect(PolicyRegistry.named("none") == nil && CorrectorRegistry.named("replace") == nil)
  }

  @Test(arguments: PolicyRegistry.all.indices)
  func policies(index: Int) throws {
    let type = PolicyRegistry.all[index]
    #expect(PolicyRegistry.named(type.component.name)?.component == type.component)
    for samples in [SampleSize.sameAsData, .constant(7), .list(Array(1...39))] {
      let setting = PolicySetting(dataCount: 50, real: nil, samples: samples, generations: 40)
      let policy = try type.init(options: options(type.component), setting: setting)
      #expect(policy.modelMemory >= 1)
      for generation in 1..<40 {
        let key = RandomKey(seed: 1).folding(UInt64(generation))
        var (one, other) = (RandomStream(key: key), RandomStream(key: key))
        let recipe = policy.recipe(generation: generation, stream: &one)
        #expect(recipe == policy.recipe(generation: generation, stream: &other))
        var size = 0
        for ingredient in recipe.ingredients {
          switch ingredient {
          case .real(let count):
            #expect((0...50).contains(count))
            size += count
          case .fresh(let count):
            #expect(count >= 0)
            size += count
          case .synthetic(let generations):
            #expect(generations.upperBound <= generation && !generations.isEmpty)
            size += generations.reduce(0) { $0 + setting.sampleCount(after: $1) }
          case .draw(let source, let count):
            // From models that are remembered.
            #expect(count > 0 && source < generation && generation - source <= policy.modelMemory)
            size += count
          }
        }
        #expect(size > 0 && (recipe.subsample ?? 1) <= size && (recipe.subsample ?? 1) > 0)
      }
    }
  }

  /// Same count and space, provenance that says corrected, the same bits for the same key.
  @Test(arguments: CorrectorRegistry.all.indices)
  func correctors(index: Int) throws {
    let type = CorrectorRegistry.all[index]
    #expect(CorrectorRegistry.named(type.component.name)?.component == type.component)
    var accepted = 0
    for space in [
      SampleSpace.vectors(dimension: 2), .categories(count: 5), .regression(dimension: 2),
      .tokens(contexts: 3, vocabulary: 4), .images(channels: 1, height: 2, width: 2),
    ] {
      let training = exampleSamples(in: space, count: 30, key: RandomKey(seed: 1))
      let reference = CorrectionReference(space: space, law: nil, training: training)
      let corrector: any Corrector
      do {
        corrector = try type.init(options: options(type.component), reference: reference)
      } catch let error as ComponentError {
        #expect(error.component == type.component.name)
        continue
      }
      accepted += 1
      for count in [0, 1, 40] {
        var batch = exampleSamples(in: space, count: count, key: RandomKey(seed: 2))
        batch.provenance = Provenance(.generation(3), count: count)
        let key = RandomKey(seed: 5)
        let corrected = try corrector.correct(batch, generation: 3, key: key)
        let again = try corrector.correct(batch, generation: 3, key: key)
        #expect(corrected.count == count && corrected.space == space)
        #expect(corrected.reals == again.reals && corrected.indices == again.indices)
        let origin: Origin = type.component.name == "none" ? .generation(3) : .corrected(3)
        #expect(count == 0 || corrected.provenance == Provenance(origin, count: count))
        #expect(corrected.provenance.count == count)
      }
    }
    #expect(accepted > 0, "\(type.component.name) accepts no space")
  }

  /// A model of one file is checked by one line.
  @Test func addedModel() throws { try checkModelConformance(TallyModel.self) }
}
