import Glibc
import Laws
import Options
import Samples

/// `mean`: the mean negative log-likelihood of the held-out real data under the model's law, in
/// nats a sample. Tokens count given their context, responses of a regression given their inputs.
/// +∞ where the law gives some held-out sample no density.
public struct LikelihoodMetric: Metric {
  public static let component = Component(
    name: "nll", summary: "Negative log-likelihood of held-out real data under the model's law.")

  public static var worsening: [CollapseSign] {
    [CollapseSign("mean", .rises, tells: .risk)]
  }

  private let space: SampleSpace
  private let heldOut: SampleSet
  public let quantities = ["mean"]
  public var needsSamples: Bool { false }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    guard reference.modelHasLaw else {
      throw ComponentError(name, "needs a model with a law in closed form")
    }
    guard try reference.heldOut.count > 0 else {
      throw ComponentError(name, "needs held-out real data, and the data set has none")
    }
    space = reference.space
    heldOut = try reference.heldOut
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let law = try subject.requireLaw(metric: Self.component.name)
    guard let densities = try logLikelihoods(law, heldOut, check: Interruption.check) else {
      throw ComponentError(
        Self.component.name, "the model's law is \(law.kindName), not one of \(space.description)")
    }
    return [-densities.reduce(0, +) / Double(densities.count)]
  }
}

/// ln p of every sample under a law; `nil` when the law is of another space.
///
/// Tokens given their context, responses given their inputs (the law of the inputs is the same for
/// all regressions).
///
/// - Parameter check: called now and then where a law is slow; what it throws ends the work.
public func logLikelihoods(
  _ law: Law, _ samples: SampleSet, check: (() throws -> Void)? = nil
) rethrows -> [Double]? {
  let width = samples.space.width
  switch (law, samples.space) {
  case (.gaussian(let law), .vectors), (.gaussian(let law), .images):
    return law.dimension == width ? law.logDensity(samples.reals, rows: samples.count) : nil
  case (.mixture(let law), .vectors), (.mixture(let law), .images):
    return law.dimension == width ? law.logDensity(samples.reals, rows: samples.count) : nil
  case (.kernelDensity(let law), .vectors), (.kernelDensity(let law), .images):
    guard law.dimension == width else { return nil }
    // Every sample is compared with every point of the law: some rows at a time.
    return try stride(from: 0, to: samples.count, by: 64).flatMap { start in
      try check?()
      let end = min(start + 64, samples.count)
      return law.logDensity(
        Array(samples.reals[start * width..<end * width]), rows: end - start)
    }
  case (.categorical(let law), .categories(let count)):
    guard law.probabilities.count == count else { return nil }
    return samples.indices.map { log(law.probabilities[Int($0)]) }
  case (.tokens(let law), .tokens(let contexts, let vocabulary)):
    guard law.contexts == contexts, law.vocabulary == vocabulary else { return nil }
    return (0..<samples.count).map {
      let context = Int(samples.indices[2 * $0])
      return log(law.tokenProbabilities[context * vocabulary + Int(samples.indices[2 * $0 + 1])])
    }
  case (.regression(let law), .regression(let dimension)):
    guard law.coefficients.count == dimension else { return nil }
    let errors = squaredResiduals(law.coefficients, samples)
    let constant = 0.5 * log(2 * .pi * law.noiseVariance)
    // Without noise a residual of exactly 0 has infinite density, every other none.
    guard law.noiseVariance > 0 else {
      return errors.map { $0 == 0 ? .infinity : -.infinity }
    }
    return errors.map { -constant - 0.5 * $0 / law.noiseVariance }
  default: return nil
  }
}
