import Options
import Randomness

/// Generation g+1 sees only samples of generation g (the fully synthetic loop).
struct Replace: Policy {
  static let component = Component(
    name: "replace", summary: "only the samples of the previous generation",
    source: "Shumailov et al. 2024; Alemohammad et al. 2024, fully synthetic loop")

  init(options: OptionValues, setting: PolicySetting) throws {
    try setting.refuseReal(Self.component.name)
  }

  func recipe(generation: Int, stream: inout RandomStream) -> Recipe {
    Recipe([.synthetic(generations: generation - 1..<generation)])
  }
}
