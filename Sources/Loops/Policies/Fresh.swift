import Options
import Randomness

/// New real data every generation beside the samples of the previous one.
struct Fresh: Policy {
  static let component = Component(
    name: "fresh",
    summary: "new real data each generation (loop.real, default as many as the training set) and the previous generation",
    source: "Alemohammad et al. 2024, fresh data loop")

  private let real: Int

  init(options: OptionValues, setting: PolicySetting) throws {
    real = setting.real ?? setting.dataCount
  }

  func recipe(generation: Int, stream: inout RandomStream) -> Recipe {
    Recipe([.fresh(count: real), .synthetic(generations: generation - 1..<generation)])
  }
}
