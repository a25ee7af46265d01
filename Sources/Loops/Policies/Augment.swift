import Options
import Randomness

/// The same real data every generation beside the samples of the previous one.
struct Augment: Policy {
  static let component = Component(
    name: "augment", summary: "fixed real data (loop.real, default all) and the previous generation",
    source: "Alemohammad et al. 2024, synthetic augmentation loop; Bertrand et al. 2024; Seddik et al. 2024"
  )

  private let real: Int

  init(options: OptionValues, setting: PolicySetting) throws {
    real = setting.real ?? setting.dataCount
    guard real <= setting.dataCount else {
      throw ComponentError(
        Self.component.name, "loop.real is \(real), the training set has \(setting.dataCount) samples")
    }
  }

  func recipe(generation: Int, stream: inout RandomStream) -> Recipe {
    Recipe([.real(count: real), .synthetic(generations: generation - 1..<generation)])
  }
}
