import Options
import Randomness

/// Synthetic samples in equal shares from the last K models, beside new real data where asked for.
struct Memory: Policy {
  static let generations = Option<Int>.integer(
    "generations", in: 1...100_000, unit: "generations", default: nil,
    help: "K: how many previous models the synthetic samples come from.")
  static let component = Component(
    name: "memory",
    summary: "the last K models in equal shares, and loop.real new real samples (default none)",
    source: "Alemohammad et al. 2024, appendix G", options: [generations.spec])

  private let depth: Int
  private let setting: PolicySetting

  init(options: OptionValues, setting: PolicySetting) throws {
    depth = options[Self.generations]
    self.setting = setting
  }

  var modelMemory: Int { depth }

  func recipe(generation: Int, stream: inout RandomStream) -> Recipe {
    let available = min(depth, generation)
    let total = setting.sampleCount(after: generation - 1)
    var ingredients: [Ingredient] = []
    if let real = setting.real, real > 0 { ingredients.append(.fresh(count: real)) }
    for index in 0..<available {
      // The first shares take the remainder: shares differ by at most one.
      let count = total / available + (index < total % available ? 1 : 0)
      if count > 0 { ingredients.append(.draw(generation: generation - available + index, count: count)) }
    }
    return Recipe(ingredients)
  }
}
