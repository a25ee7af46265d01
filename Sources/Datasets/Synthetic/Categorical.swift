import Laws
import Options
import Randomness
import Samples

/// `categorical`: one of K categories.
public struct Categorical: DrawnDataset {
  static let categories = Option.integer(
    "categories", in: 1...10_000_000, default: 10,
    help: "Number of categories; with shape probabilities the list decides.")
  static let shape = Option.choice(
    "shape", ["uniform", "zipf", "probabilities"], default: "uniform",
    help: "All equal, p_k ∝ k^−exponent, or the given list.")
  static let exponent = Option.real(
    "exponent", in: .nonNegative, default: 1, help: "Exponent of shape zipf.")
  static let probabilities = Option.any(
    "probabilities", .list(.real(.unit)), default: .list([]),
    help: "Probabilities of shape probabilities; they sum to 1.")

  public static let component = Component(
    name: "categorical", summary: "A finite set of categories: the discrete chain.",
    source: "Shumailov et al. 2024",
    options: [
      categories.spec, shape.spec, exponent.spec, probabilities.spec, DrawnOptions.samples.spec,
      DrawnOptions.heldOut.spec,
    ])

  public let space: SampleSpace
  public let count: Int
  public let heldOutCount: Int
  private let categorical: CategoricalLaw
  private let sampler: AliasTable

  public init(options: OptionValues, files: DataFiles) throws {
    let given = options[Categorical.probabilities].reals
    let categories = options[Categorical.categories]
    let probabilities: [Double]
    switch options[Categorical.shape] {
    case "probabilities":
      let sum = given.reduce(0, +)
      guard abs(sum - 1) <= 1e-9 else {
        throw ComponentError(
          Categorical.component.name,
          given.isEmpty
            ? "shape probabilities needs the list probabilities"
            : "the probabilities sum to \(sum), not to 1")
      }
      probabilities = given
    case let shape:
      guard given.isEmpty else {
        throw ComponentError(
          Categorical.component.name, "probabilities are given, but the shape is \(shape)")
      }
      probabilities = zipfProbabilities(
        count: categories, exponent: shape == "zipf" ? options[Categorical.exponent] : 0)
    }
    space = .categories(count: probabilities.count)
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    categorical = CategoricalLaw(probabilities: probabilities)
    sampler = AliasTable(weights: probabilities)
  }

  public var law: Law? { .categorical(categorical) }

  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    var indices: [Int32] = []
    indices.reserveCapacity(count)
    for _ in 0..<count { indices.append(Int32(stream.category(sampler))) }
    return SampleSet(
      space: space, indices: indices, provenance: Provenance(origin, count: count))
  }
}
