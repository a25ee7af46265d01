import Options
import Randomness

/// The stochastic process of Shumailov et al. 2024: p_{i+1} = α·θ_{i+1} + β·p_i + γ·p_0, where θ_{i+1}
/// is the model fitted to p_i and p_0 the real law. Unrolled, p_{g+1} has weight α·β^(g−k) on the model
/// of generation k and the rest on the real law; each training set is drawn independently from it.
struct Mixture: Policy {
  static let alpha = Option<Double>.real(
    "alpha", in: .unit, default: nil, help: "Weight of the newest model.")
  static let beta = Option<Double>.real(
    "beta", in: .unit, default: 0, help: "Weight of the previous generation's data law.")
  static let gamma = Option<Double>.real(
    "gamma", in: .unit, default: nil, help: "Weight of the real data; alpha + beta + gamma = 1.")
  static let component = Component(
    name: "mixture", summary: "independent draws from α·newest model + β·previous law + γ·real law",
    source: "Shumailov et al. 2024, stochastic process",
    options: [alpha.spec, beta.spec, gamma.spec])

  private let alpha: Double
  private let beta: Double
  private let setting: PolicySetting

  init(options: OptionValues, setting: PolicySetting) throws {
    try setting.refuseReal(Self.component.name)
    alpha = options[Self.alpha]
    beta = options[Self.beta]
    self.setting = setting
    let sum = alpha + beta + options[Self.gamma]
    guard abs(sum - 1) < 1e-9 else {
      throw ComponentError(Self.component.name, "alpha + beta + gamma is \(sum), expected 1")
    }
  }

  /// Every model has weight, unless β = 0.
  var modelMemory: Int { beta > 0 ? .max : 1 }

  /// Weights of the models 0 ..< generation in the law that generation `generation` is fitted to; the
  /// real law has the rest.
  func weights(generation: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: generation)
    var weight = alpha
    for k in stride(from: generation - 1, through: 0, by: -1) {
      weights[k] = weight
      weight *= beta
    }
    return weights
  }

  func recipe(generation: Int, stream: inout RandomStream) -> Recipe {
    let total = setting.sampleCount(after: generation - 1)
    let models = weights(generation: generation)
    let real = max(0, 1 - models.reduce(0, +))
    let counts = stream.multinomial(trials: total, weights: [real] + models)
    return Recipe(
      [.fresh(count: counts[0])]
        + (0..<generation).filter { counts[$0 + 1] > 0 }
        .map { .draw(generation: $0, count: counts[$0 + 1]) })
  }
}
