import Options
import Randomness
import Synchronization

/// What the random numbers of a cell's chains may depend on, as text. Made once a cell: a short chain
/// costs less than writing it down.
public struct ChainScopes: Sendable {
  /// The data set.
  let data: String
  /// What generation 0 depends on: data set, model, and whether it is fitted to samples at all.
  public let first: String
  /// The whole cell.
  let cell: String
  private let known = KnownKeys()

  public init(_ spec: CellSpec) {
    data = "data " + spec.dataset.value.canonicalJSON
    first =
      "first " + spec.dataset.value.canonicalJSON + " " + spec.model.value.canonicalJSON
      + (spec.loop.statisticalError ? "" : " exact law")
    cell = "cell " + spec.canonical.canonicalJSON
  }

  /// The keys of the texts under a study's seed. Kept for the last study: folding the texts takes as long
  /// as some generations of a short chain.
  fileprivate func keys(study: UInt64) -> ScopeKeys {
    known.value.withLock { known in
      if let known, known.study == study { return known.keys }
      let root = RandomKey(seed: study)
      let keys = ScopeKeys(
        data: root.folding(text: data), first: root.folding(text: first),
        cell: root.folding(text: cell))
      known = (study, keys)
      return keys
    }
  }

  private final class KnownKeys: Sendable {
    let value = Mutex<(study: UInt64, keys: ScopeKeys)?>(nil)
  }
}

private struct ScopeKeys: Sendable {
  let data: RandomKey
  let first: RandomKey
  let cell: RandomKey
}

/// The keys of one chain. Real data depend on the data set alone, generation 0 on data set and model,
/// everything later on the whole cell: arms that differ in the loop share their real data and their
/// generation 0 bit for bit.
public struct ChainKeys: Sendable {
  package let data: RandomKey
  package let first: RandomKey
  package let cell: RandomKey
  /// The cell's key for each purpose of a generation: folded once a chain, not once a generation.
  private let purposes: RandomKeyOctet

  /// - Parameters:
  ///   - study: the study's seed.
  ///   - seed: the chain's seed.
  public init(study: UInt64, scopes: ChainScopes, seed: Int) {
    let keys = scopes.keys(study: study)
    let chain = UInt64(bitPattern: Int64(seed))
    data = keys.data.folding(chain)
    first = keys.first.folding(chain)
    let own = keys.cell.folding(chain)
    cell = own
    purposes = RandomKeyOctet(GenerationKeys.purposes.map { own.folding($0) })
  }

  package func data(_ purpose: Purpose, generation: Int = 0) -> RandomKey {
    data.folding(purpose).generation(generation)
  }

  /// The key of the fit to the real data.
  package var firstFit: RandomKey { first.folding(.fit).generation(0) }

  /// The keys of a generation of the cell.
  package func cell(generation: Int) -> GenerationKeys {
    GenerationKeys(keys: purposes.generation(generation))
  }
}

/// What the random numbers of one generation are made from, by purpose.
package struct GenerationKeys {
  fileprivate static let purposes: [Purpose] = [.compose, .fit, .sample, .correct, .measure]
  fileprivate let keys: RandomKeyOctet

  package var compose: RandomKey { keys[0] }
  package var fit: RandomKey { keys[1] }
  package var sample: RandomKey { keys[2] }
  package var correct: RandomKey { keys[3] }
  package var measure: RandomKey { keys[4] }
}
