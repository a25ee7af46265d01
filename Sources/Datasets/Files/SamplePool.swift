import Laws
import Options
import Randomness
import Samples

/// The samples of a finite data set: candidates for training, and a part held out that is never
/// trained on.
public struct SamplePool: Sendable {
  /// Which candidates are the training set.
  enum Subset: String, CaseIterable {
    /// The first in the order of the file.
    case first
    /// A random choice that is part of the data set: the same for every chain.
    case random
    /// Each chain's own random choice.
    case perChain = "per-chain"
  }

  /// Rows with their labels.
  struct Part: Sendable {
    var rows: RowStore
    var labels: [Int32]?
  }

  public let space: SampleSpace
  /// The size of the training set.
  public let count: Int
  private let candidates: Part
  private let candidateCount: Int
  private let heldOut: Part
  private let heldOutCount: Int
  /// The training rows; empty where each chain draws its own.
  private let chosen: [Int]
  /// The candidate rows that fresh samples come from.
  private let outside: [Int]

  /// - Parameters:
  ///   - limit: the size of the training set; `nil` takes all candidates.
  ///   - key: of the data set's own random choice.
  /// - Throws: `ComponentError` when `limit` is more than there is.
  init(
    space: SampleSpace, candidates: Part, heldOut: Part, limit: Int?, subset: Subset,
    key: RandomKey, component: String
  ) throws {
    let available = candidates.rows.count / space.width
    guard available > 0 else { throw ComponentError(component, "there are no samples to train on") }
    let limit = limit ?? available
    guard limit <= available else {
      throw ComponentError(component, "limit is \(limit), but there are \(available) samples")
    }
    self.space = space
    self.count = limit
    self.candidates = candidates
    self.candidateCount = available
    self.heldOut = heldOut
    self.heldOutCount = heldOut.rows.count / space.width
    switch subset {
    case .first:
      chosen = Array(0..<limit)
      outside = Array(limit..<available)
    case .random:
      var stream = RandomStream(key: key)
      let order = chosenAtRandom(available, from: Array(0..<available), &stream)
      chosen = Array(order[..<limit])
      outside = Array(order[limit...])
    case .perChain:
      chosen = limit == available ? Array(0..<available) : []
      outside = []
    }
  }

  func training(key: RandomKey) -> SampleSet {
    var rows = chosen
    if rows.isEmpty {
      var stream = RandomStream(key: key)
      rows = chosenAtRandom(count, from: Array(0..<candidateCount), &stream)
    }
    return samples(candidates, rows, origin: .real)
  }

  /// Without replacement from the candidates outside the training set (from all candidates where
  /// that is all of them, or each chain's own); with replacement from the same rows once they are
  /// spent.
  func fresh(_ wanted: Int, key: RandomKey) -> SampleSet {
    var stream = RandomStream(key: key)
    let source = outside.isEmpty ? Array(0..<candidateCount) : outside
    var rows = chosenAtRandom(min(wanted, source.count), from: source, &stream)
    while rows.count < wanted { rows.append(source[stream.integer(below: source.count)]) }
    return samples(candidates, rows, origin: .fresh)
  }

  func heldOutSamples() -> SampleSet {
    samples(heldOut, Array(0..<heldOutCount), origin: .real)
  }

  private func samples(_ part: Part, _ rows: [Int], origin: Origin) -> SampleSet {
    SampleSet(
      space: space, reals: part.rows.values(of: rows, width: space.width),
      labels: part.labels.map { labels in rows.map { labels[$0] } },
      provenance: Provenance(origin, count: rows.count))
  }
}

/// A data set of a fixed number of samples from files.
public protocol FiniteDataset: Dataset {
  var pool: SamplePool { get }
}

extension FiniteDataset {
  public var space: SampleSpace { pool.space }
  public var count: Int { pool.count }
  public var law: Law? { nil }
  public func training(key: RandomKey) throws -> SampleSet { pool.training(key: key) }
  public func fresh(_ count: Int, key: RandomKey) throws -> SampleSet {
    pool.fresh(count, key: key)
  }
  public func heldOut(key: RandomKey) throws -> SampleSet { pool.heldOutSamples() }
}
