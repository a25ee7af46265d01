import Options
import Randomness

/// The pool of accumulate, of which a fixed number is drawn without replacement for each fit.
struct AccumulateSubsample: Policy {
  static let size = Option<OptionValue>.any(
    "size", .either(.integer(1 ... .max), .choice(["data"])), unit: "samples",
    default: .text("data"),
    help: "Samples in each subset; `data` means as many as the real training set has.")
  static let component = Component(
    name: "accumulate-subsample",
    summary: "a fixed-size random subset of the real data and all synthetic sets so far",
    source: "Kazdan et al. 2024", options: [size.spec])

  private let dataCount: Int
  private let size: Int

  init(options: OptionValues, setting: PolicySetting) throws {
    try setting.refuseReal(Self.component.name)
    dataCount = setting.dataCount
    if case .integer(let size) = options[Self.size] { self.size = size } else { size = dataCount }
    let first = dataCount + setting.sampleCount(after: 0)
    guard size <= first else {
      throw ComponentError(
        Self.component.name, "size \(size) exceeds the \(first) samples in the pool of generation 1")
    }
  }

  func recipe(generation: Int, stream: inout RandomStream) -> Recipe {
    Recipe(
      [.real(count: dataCount), .synthetic(generations: 0..<generation)],
      subsample: size)
  }
}
