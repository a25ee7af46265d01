import Options
import Randomness

/// Generation g+1 sees the real data and every synthetic set so far.
struct Accumulate: Policy {
  static let component = Component(
    name: "accumulate", summary: "the real data and all synthetic sets so far",
    source: "Gerstgrasser et al. 2024")

  init(options: OptionValues, setting: PolicySetting) throws {
    try setting.refuseReal(Self.component.name)
    dataCount = setting.dataCount
  }

  private let dataCount: Int

  func recipe(generation: Int, stream: inout RandomStream) -> Recipe {
    Recipe([.real(count: dataCount), .synthetic(generations: 0..<generation)])
  }
}
