import Laws
import Options
import Randomness
import Samples

/// `tokens`: a random context, then a token from that context's law.
public struct Tokens: DrawnDataset {
  static let contexts = Option.integer(
    "contexts", in: 1...1_000_000, default: 10, help: "Number of contexts.")
  static let vocabulary = Option.integer(
    "vocabulary", in: 1...1_000_000, default: 50, help: "Number of tokens.")
  static let shape = Option.choice(
    "shape", ["uniform", "zipf", "dirichlet"], default: "zipf",
    help: "Law of the tokens: all equal; k^−exponent in a random order of the tokens for each "
      + "context; or drawn from a symmetric Dirichlet law for each context.")
  static let exponent = Option.real(
    "exponent", in: .nonNegative, default: 1, help: "Exponent of shape zipf.")
  static let concentration = Option.real(
    "concentration", in: RealRange(1e-6, .infinity, includesUpper: false), default: 1,
    help: "Concentration of shape dirichlet: 1 is uniform over all laws, less is sparser.")
  static let contextExponent = Option.real(
    "context_exponent", in: .nonNegative, default: 0,
    help: "The contexts' probabilities are k^−context_exponent; 0 makes them equal.")
  static let layout = Option.integer(
    "layout", in: 0 ... .max, default: 0,
    help: "Number of the random choice of the contexts' laws; part of the law, not of a seed.")

  public static let component = Component(
    name: "tokens", summary: "Tokens given a context: the count-based language model's data.",
    source: "Seddik et al. 2024",
    options: [
      contexts.spec, vocabulary.spec, shape.spec, exponent.spec, concentration.spec,
      contextExponent.spec, layout.spec, DrawnOptions.samples.spec, DrawnOptions.heldOut.spec,
    ])

  /// 128 MiB for the law and as much for its sampling.
  static let mostProbabilities = 1 << 24

  public let space: SampleSpace
  public let count: Int
  public let heldOutCount: Int
  private let tokens: TokenLaw
  private let contextSampler: AliasTable
  private let tokenSamplers: [AliasTable]

  public init(options: OptionValues, files: DataFiles) throws {
    let contexts = options[Tokens.contexts]
    let vocabulary = options[Tokens.vocabulary]
    guard contexts * vocabulary <= Tokens.mostProbabilities else {
      throw ComponentError(
        Tokens.component.name,
        "\(contexts) contexts × \(vocabulary) tokens: at most \(Tokens.mostProbabilities) probabilities are kept")
    }
    var stream = RandomStream(key: RandomKey(seed: UInt64(options[Tokens.layout])))
    let ranked = zipfProbabilities(
      count: vocabulary,
      exponent: options[Tokens.shape] == "zipf" ? options[Tokens.exponent] : 0)
    var rows: [[Double]] = []
    for _ in 0..<contexts {
      switch options[Tokens.shape] {
      case "zipf": rows.append(chosenAtRandom(vocabulary, from: ranked, &stream))
      case "dirichlet":
        rows.append(
          dirichlet(
            concentration: options[Tokens.concentration], count: vocabulary, stream: &stream))
      default: rows.append(ranked)
      }
    }
    let contextProbabilities = zipfProbabilities(
      count: contexts, exponent: options[Tokens.contextExponent])
    space = .tokens(contexts: contexts, vocabulary: vocabulary)
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    tokens = TokenLaw(
      contexts: contexts, vocabulary: vocabulary, contextProbabilities: contextProbabilities,
      tokenProbabilities: rows.flatMap { $0 })
    contextSampler = AliasTable(weights: contextProbabilities)
    tokenSamplers = rows.map { AliasTable(weights: $0) }
  }

  public var law: Law? { .tokens(tokens) }

  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    var indices: [Int32] = []  // [count × 2]: context, token
    indices.reserveCapacity(2 * count)
    for _ in 0..<count {
      let context = stream.category(contextSampler)
      indices.append(Int32(context))
      indices.append(Int32(stream.category(tokenSamplers[context])))
    }
    return SampleSet(
      space: space, indices: indices, provenance: Provenance(origin, count: count))
  }
}
