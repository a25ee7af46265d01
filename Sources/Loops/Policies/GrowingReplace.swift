import Options
import Randomness

/// Only samples of the previous generation, but as many as accumulate would see: the control that
/// separates the amount of data from its origin.
struct GrowingReplace: Policy {
  static let component = Component(
    name: "growing-replace",
    summary: "only the previous generation, as many samples as accumulate would have",
    source: "Gerstgrasser et al. 2024, control")

  private let setting: PolicySetting

  init(options: OptionValues, setting: PolicySetting) throws {
    try setting.refuseReal(Self.component.name)
    self.setting = setting
  }

  func recipe(generation: Int, stream: inout RandomStream) -> Recipe {
    let count = (0..<generation).reduce(setting.dataCount) { $0 + setting.sampleCount(after: $1) }
    return Recipe([.draw(generation: generation - 1, count: count)])
  }
}
