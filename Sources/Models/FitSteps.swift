import Glibc
import Options

/// How far a closed-form fit goes: to the exact maximiser, or a number of damped steps towards it.
///
/// A step is natural-gradient ascent of the log-likelihood in the mean parameters θ of an exponential
/// family (Amari, "Natural gradient works efficiently in learning", Neural Computation 10, 1998): the
/// natural gradient there is θ̂ − θ, hence θ ← θ + rate·(θ̂ − θ), θ̂ the exact fit. After k steps
/// θ = θ̂ + (1 − rate)^k (θ₀ − θ̂): the optimisation error that is left is known exactly.
struct FitSteps: Sendable {
  /// `nil` goes to the exact maximiser.
  let steps: Int?
  let rate: Double

  static let stepsOption = Option.any(
    "optimisation_steps", .either(.choice(["exact"]), .integer(1...1_000_000_000)), unit: "steps",
    default: .text("exact"),
    help:
      "Fit exactly, or take this many damped steps from the start parameters towards the exact fit."
  )
  static let rateOption = Option.real(
    "learning_rate", in: RealRange(0, 1, includesLower: false), default: 0.1,
    help: "Share of the distance to the exact fit covered by one optimisation step.")

  init(options: OptionValues) {
    if case .integer(let steps) = options[FitSteps.stepsOption] {
      self.steps = steps
    } else {
      self.steps = nil
    }
    self.rate = options[FitSteps.rateOption]
  }

  /// The weight (1 − rate)^k that the start parameters keep; 0 for an exact fit.
  var startWeight: Double {
    guard let steps else { return 0 }
    return pow(1 - rate, Double(steps))
  }
}
