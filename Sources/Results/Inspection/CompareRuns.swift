/// The outcome of comparing two runs bit by bit.
public struct RunComparison: Sendable, Equatable {
  /// The first difference in the order of cells, seeds and generations; `nil` where there is none.
  public var firstDifference: String?
  /// Chains that differ or are in one run only.
  public var chainsDifferent = 0
  public var chainsCompared = 0
  /// Values of chains that both runs have.
  public var valuesCompared = 0

  public var isIdentical: Bool { firstDifference == nil }
}

/// Compares all values bit by bit, metrics, provenance, previews and statuses of two runs. How the records
/// are spread over segments and blocks, seconds and messages (which name hosts) do not count.
///
/// - Throws: `ResultsError.io`, and the first damaged line or contradiction of either run: a
///   comparison of damaged runs would say nothing.
public func compareRuns(_ first: RunDirectory, _ second: RunDirectory) throws -> RunComparison {
  let (a, b) = (try RunIndex(reading: first), try RunIndex(reading: second))
  for index in [a, b] {
    if let problem = index.segments.flatMap(\.damaged).first ?? index.conflicts.first {
      throw problem
    }
  }
  return compare(a, b)
}

/// The comparison of two runs' records.
public func compare(_ a: RunIndex, _ b: RunIndex) -> RunComparison {
  var comparison = RunComparison()
  for key in Set(a.chains.keys).union(b.chains.keys).sorted() {
    comparison.chainsCompared += 1
    let difference: String?
    switch (a.chains[key], b.chains[key]) {
    case (let left?, let right?):
      comparison.valuesCompared += min(left.values.count, right.values.count)
      difference = firstDifference(left, right)
    case (_?, nil): difference = ": only in the first run"
    default: difference = ": only in the second run"
    }
    guard let difference else { continue }
    comparison.chainsDifferent += 1
    if comparison.firstDifference == nil {
      comparison.firstDifference = "cell \(key.cell), seed \(key.seed)\(difference)"
    }
  }
  return comparison
}

/// Which generations are recorded to be looked at depends on how many the study has, so that only those of
/// both runs are compared.
private func firstDifference(_ a: [Preview], _ b: [Preview]) -> String? {
  for preview in a {
    if let other = b.first(where: { $0.generation == preview.generation }), other != preview {
      return ", generation \(preview.generation): the previews differ"
    }
  }
  return nil
}

private func firstDifference(_ a: ChainHistory, _ b: ChainHistory) -> String? {
  guard a.metrics == b.metrics else { return ": metrics \(a.metrics) and \(b.metrics)" }
  let width = a.metrics.count
  for generation in 0..<min(a.generations, b.generations) {
    for column in 0..<width {
      let (left, right) = (
        a.values[generation * width + column], b.values[generation * width + column]
      )
      if !isSame(left, right) {
        return ", generation \(generation), \(a.metrics[column]): \(left) and \(right)"
      }
    }
    if a.provenance[generation] != b.provenance[generation] {
      return
        ", generation \(generation): provenance \"\(a.provenance[generation])\" "
        + "and \"\(b.provenance[generation])\""
    }
  }
  if let difference = firstDifference(a.previews, b.previews) { return difference }
  if a.generations != b.generations { return ": \(a.generations) and \(b.generations) generations" }
  if a.status != b.status { return ": \(a.status.rawValue) and \(b.status.rawValue)" }
  return nil
}
