/// A set of samples with their origins: the value that travels along a chain.
///
/// Real-valued spaces fill `reals`, discrete spaces fill `indices`; the other array is empty. Both are
/// row-major: sample i occupies `space.width` consecutive entries.
public struct SampleSet: Sendable {
  private var storage: Storage

  /// Shared by copies until one of them changes: a generation hands its sets on several times.
  private final class Storage: @unchecked Sendable {
    let space: SampleSpace
    let count: Int
    var reals: [Double]
    var indices: [Int32]
    var labels: [Int32]?
    var provenance: Provenance

    init(
      space: SampleSpace, count: Int, reals: [Double], indices: [Int32], labels: [Int32]?,
      provenance: Provenance
    ) {
      self.space = space
      self.count = count
      self.reals = reals
      self.indices = indices
      self.labels = labels
      self.provenance = provenance
    }
  }

  private mutating func detach() {
    guard !isKnownUniquelyReferenced(&storage) else { return }
    storage = Storage(
      space: space, count: count, reals: reals, indices: indices, labels: labels,
      provenance: provenance)
  }

  public var space: SampleSpace { storage.space }
  public var count: Int { storage.count }
  public var reals: [Double] {
    get { storage.reals }
    _modify {
      detach()
      yield &storage.reals
    }
  }
  public var indices: [Int32] {
    get { storage.indices }
    _modify {
      detach()
      yield &storage.indices
    }
  }
  /// Class labels, one a sample, where the data has them.
  public var labels: [Int32]? {
    get { storage.labels }
    _modify {
      detach()
      yield &storage.labels
    }
  }
  public var provenance: Provenance {
    get { storage.provenance }
    _modify {
      detach()
      yield &storage.provenance
    }
  }

  /// - Parameter reals: [count × space.width], row-major.
  public init(space: SampleSpace, reals: [Double], labels: [Int32]? = nil, provenance: Provenance) {
    precondition(!space.isDiscrete, "\(space.description) are stored as indices")
    precondition(space.width > 0 && reals.count % space.width == 0, "\(reals.count) values of width \(space.width)")
    let count = reals.count / space.width
    precondition(provenance.count == count, "provenance of \(provenance.count) samples for \(count)")
    precondition(labels.map { $0.count == count } ?? true, "\(labels?.count ?? 0) labels for \(count) samples")
    storage = Storage(
      space: space, count: count, reals: reals, indices: [], labels: labels, provenance: provenance)
  }

  /// - Parameter indices: [count × space.width], row-major.
  public init(space: SampleSpace, indices: [Int32], provenance: Provenance) {
    precondition(space.isDiscrete, "\(space.description) are stored as real numbers")
    precondition(indices.count % space.width == 0, "\(indices.count) values of width \(space.width)")
    let count = indices.count / space.width
    precondition(provenance.count == count, "provenance of \(provenance.count) samples for \(count)")
    storage = Storage(
      space: space, count: count, reals: [], indices: indices, labels: nil, provenance: provenance)
  }

  /// The empty set of a space.
  public init(emptyIn space: SampleSpace) {
    storage = Storage(
      space: space, count: 0, reals: [], indices: [], labels: nil, provenance: Provenance())
  }
}

extension SampleSet {
  /// The samples at `rows`, in that order.
  public func selecting(_ rows: [Int]) -> SampleSet {
    let width = space.width
    let origins = provenance.selecting(rows)
    if space.isDiscrete {
      var picked: [Int32] = []
      picked.reserveCapacity(rows.count * width)
      for row in rows { picked.append(contentsOf: indices[row * width..<(row + 1) * width]) }
      return SampleSet(space: space, indices: picked, provenance: origins)
    }
    var picked: [Double] = []
    picked.reserveCapacity(rows.count * width)
    for row in rows { picked.append(contentsOf: reals[row * width..<(row + 1) * width]) }
    return SampleSet(
      space: space, reals: picked, labels: labels.map { all in rows.map { all[$0] } },
      provenance: origins)
  }

  /// The sets one after another. Labels are kept when every non-empty set has them.
  public static func concatenating(_ sets: [SampleSet]) -> SampleSet {
    precondition(!sets.isEmpty, "nothing to concatenate")
    let space = sets[0].space
    var provenance = Provenance()
    for set in sets {
      precondition(set.space == space, "\(set.space.description) beside \(space.description)")
      provenance.append(set.provenance)
    }
    if sets.count == 1 { return sets[0] }
    if space.isDiscrete {
      var indices: [Int32] = []
      indices.reserveCapacity(sets.reduce(0) { $0 + $1.indices.count })
      for set in sets { indices.append(contentsOf: set.indices) }
      return SampleSet(space: space, indices: indices, provenance: provenance)
    }
    var reals: [Double] = []
    reals.reserveCapacity(sets.reduce(0) { $0 + $1.reals.count })
    for set in sets { reals.append(contentsOf: set.reals) }
    let filled = sets.filter { $0.count > 0 }
    let labels = filled.allSatisfy { $0.labels != nil } ? filled.flatMap { $0.labels ?? [] } : nil
    return SampleSet(space: space, reals: reals, labels: labels, provenance: provenance)
  }
}
