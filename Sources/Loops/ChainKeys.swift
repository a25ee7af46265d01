import Options
import Randomness

/// The keys of one chain. Real data depend on the data set alone, generation 0 on data set and model,
/// everything later on the whole cell: arms that differ in the loop share their real data and their
/// generation 0 bit for bit.
public struct ChainKeys: Sendable {
  let data: RandomKey
  let first: RandomKey
  let cell: RandomKey

  /// - Parameters:
  ///   - study: the study's seed.
  ///   - seed: the chain's seed.
  public init(study: UInt64, cell spec: CellSpec, seed: Int) {
    let root = RandomKey(seed: study)
    let chain = UInt64(bitPattern: Int64(seed))
    data = root.folding(text: "data " + spec.dataset.value.canonicalJSON).folding(chain)
    first = root.folding(text: "first " + spec.firstGenerationScope).folding(chain)
    self.cell = root.folding(text: "cell " + spec.canonical.canonicalJSON).folding(chain)
  }

  func data(_ purpose: Purpose, generation: Int = 0) -> RandomKey {
    data.folding(purpose).folding(UInt64(generation))
  }

  func fit(generation: Int) -> RandomKey {
    (generation == 0 ? first : cell).folding(.fit).folding(UInt64(generation))
  }

  func cell(_ purpose: Purpose, generation: Int) -> RandomKey {
    cell.folding(purpose).folding(UInt64(generation))
  }
}

extension CellSpec {
  /// What generation 0 depends on: data set, model, and whether it is fitted to samples at all.
  public var firstGenerationScope: String {
    dataset.value.canonicalJSON + " " + model.value.canonicalJSON
      + (loop.statisticalError ? "" : " exact law")
  }
}
