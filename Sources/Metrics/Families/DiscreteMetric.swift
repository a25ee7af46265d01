import Laws
import Options
import Samples

/// The diversity of a discrete law.
///
/// `entropy` in nats, `heterozygosity` 1 − Σp², `support` (categories with p > 0), `fixed` (1 when
/// a single category is left), `fixation_state` (its index, NaN before), `largest_probability`. For
/// tokens each is averaged over contexts with the real contexts' weights, without a fixation state,
/// and `l2_squared` is the mean squared distance to the real rows. `first_l2_squared` Σ(p−p1)² and
/// `first_l1` Σ|p−p1| are distances to generation 0's model (the excess error of Seddik et al.
/// 2024);
/// NaN where it has no law.
public struct DiscreteMetric: Metric {
  public static let component = Component(
    name: "discrete", summary: "Entropy, heterozygosity, support and fixation of a discrete law.",
    source: "Shumailov et al. 2024; Seddik et al. 2024", options: [MetricSource.option.spec])

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("heterozygosity", .falls, tells: .variance),
      CollapseSign("support", .falls, tells: .modes),
    ]
  }

  private let space: SampleSpace
  private let realTokens: TokenLaw?
  private let usesLaw: Bool
  public let quantities: [String]
  public var needsSamples: Bool { !usesLaw }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    usesLaw = try MetricSource.usesLaw(options, reference, metric: name)
    space = reference.space
    switch reference.space {
    case .categories:
      realTokens = nil
      quantities = [
        "entropy", "heterozygosity", "support", "fixed", "fixation_state", "largest_probability",
        "first_l2_squared", "first_l1",
      ]
    case .tokens(let contexts, let vocabulary):
      realTokens = try reference.tokenLaw(contexts: contexts, vocabulary: vocabulary)
      quantities = [
        "entropy", "heterozygosity", "support", "fixed", "largest_probability", "l2_squared",
        "first_l2_squared", "first_l1",
      ]
    default: throw unsupported(name, reference.space, needs: "categories or tokens")
    }
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let name = Self.component.name
    guard let realTokens else {
      let law = try subject.categoricalLaw(
        metric: name, usesLaw: usesLaw, categories: Self.categories(space))
      guard law.probabilities.allSatisfy(\.isFinite) else { return quantities.map { _ in .nan } }
      let state = law.fixedState
      var first: [Double]?
      if case .categorical(let law)? = subject.firstLaw { first = law.probabilities }
      return [
        law.entropy, law.heterozygosity, Double(law.support), state == nil ? 0 : 1,
        state.map(Double.init) ?? .nan, law.largestProbability,
      ] + Self.distances(law.probabilities, toFirst: first)
    }
    let law = try subject.tokenLaw(
      metric: name, usesLaw: usesLaw, contexts: realTokens.contexts,
      vocabulary: realTokens.vocabulary)
    var first: TokenLaw?
    if case .tokens(let law)? = subject.firstLaw { first = law }
    var rows: [[Double]] = []  // [contexts][quantities]
    for context in 0..<law.contexts {
      let row = law.law(after: context)
      rows.append([
        row.entropy, row.heterozygosity, Double(row.support), row.support == 1 ? 1 : 0,
        row.largestProbability,
        squaredDistance(row.probabilities, realTokens.law(after: context).probabilities),
      ] + Self.distances(row.probabilities, toFirst: first?.law(after: context).probabilities))
    }
    return quantities.indices.map { column in
      contextMean(law, weights: realTokens.contextProbabilities) { rows[$0][column] }
    }
  }

  private static func distances(_ p: [Double], toFirst first: [Double]?) -> [Double] {
    guard let first, first.count == p.count else { return [.nan, .nan] }
    return [squaredDistance(p, first), l1Distance(p, first)]
  }

  private static func categories(_ space: SampleSpace) -> Int {
    if case .categories(let count) = space { count } else { 0 }
  }
}
