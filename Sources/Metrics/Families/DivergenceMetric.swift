import Laws
import Options
import Samples

/// Divergences between the real law and the model's, in nats.
///
/// `kl` is KL(real‖model), `reverse_kl` KL(model‖real); both are +∞ where one law gives no mass to
/// what the other does. Categories and tokens also have `total_variation`, `l1` = Σ|p−p0| and
/// `l2_squared` = Σ(p−p0)²; for tokens each is averaged over contexts with the real contexts'
/// weights. Gaussian laws have the two Kullback–Leibler divergences in closed form.
public struct DivergenceMetric: Metric {
  public static let component = Component(
    name: "divergence", summary: "Kullback–Leibler, total variation, L1 and L2 distances of laws.",
    source: "Cover and Thomas 2006; Seddik et al. 2024", options: [MetricSource.option.spec])

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("total_variation", .rises, tells: .risk), CollapseSign("kl", .rises, tells: .risk),
    ]
  }

  private enum Real {
    case gaussian(GaussianLaw)
    case categories(CategoricalLaw)
    case tokens(TokenLaw)
  }

  private let real: Real
  private let usesLaw: Bool
  public let quantities: [String]
  public var needsSamples: Bool { !usesLaw }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    usesLaw = try MetricSource.usesLaw(options, reference, metric: name)
    switch reference.space {
    case .categories(let count):
      real = .categories(try reference.categoricalLaw(categories: count))
    case .tokens(let contexts, let vocabulary):
      real = .tokens(try reference.tokenLaw(contexts: contexts, vocabulary: vocabulary))
    case .vectors:
      guard case .gaussian(let law)? = reference.law, usesLaw else {
        throw ComponentError(
          name, "between vectors it needs a Gaussian real law and a model with a Gaussian law")
      }
      real = .gaussian(law)
    default:
      throw unsupported(name, reference.space, needs: "categories, tokens or Gaussian vectors")
    }
    if case .gaussian = real {
      quantities = ["kl", "reverse_kl"]
    } else {
      quantities = ["kl", "reverse_kl", "total_variation", "l1", "l2_squared"]
    }
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let name = Self.component.name
    switch real {
    case .gaussian(let first):
      let fitted = try subject.requireLaw(metric: name)
      guard case .gaussian(let law) = fitted else {
        throw ComponentError(name, "no closed form between a Gaussian and \(fitted.kindName)")
      }
      return [klDivergence(first, law), klDivergence(law, first)]
    case .categories(let first):
      let law = try subject.categoricalLaw(
        metric: name, usesLaw: usesLaw, categories: first.probabilities.count)
      return Self.distances(first.probabilities, law.probabilities)
    case .tokens(let first):
      let law = try subject.tokenLaw(
        metric: name, usesLaw: usesLaw, contexts: first.contexts, vocabulary: first.vocabulary)
      let rows = (0..<first.contexts).map {
        Self.distances(first.law(after: $0).probabilities, law.law(after: $0).probabilities)
      }
      return quantities.indices.map { column in
        contextMean(law, weights: first.contextProbabilities) { rows[$0][column] }
      }
    }
  }

  private static func distances(_ p: [Double], _ q: [Double]) -> [Double] {
    let l1 = l1Distance(p, q)
    return [klDivergence(p, q), klDivergence(q, p), 0.5 * l1, l1, squaredDistance(p, q)]
  }
}
