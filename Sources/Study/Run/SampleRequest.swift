import Loops
import Results

/// Which kept samples of a run are meant, in the user's words.
public struct SampleRequest: Sendable {
  private let kept: [KeptSamples]
  private let labels: [(id: String, label: String, full: String)]
  private let directory: RunDirectory

  /// - Throws: `ResultsError`, `StudyError` where there is no run or its plan is damaged.
  public init(_ directory: RunDirectory) throws {
    self.directory = directory
    let plan = try StudyPlan.read(path: directory.plan)
    kept = try KeptSamples.all(in: directory)
    labels = zip(plan.cells, zip(plan.labels, plan.fullLabels)).map { ($0.id, $1.0, $1.1) }
  }

  /// The samples of a cell, seed and generation.
  ///
  /// - Parameter cell: the id, its first digits where no other begins like that, or its label.
  /// - Throws: `SampleRequestError` that says what there is.
  public func find(cell: String, seed: Int, generation: Int) throws(SampleRequestError) -> KeptSamples
  {
    guard !kept.isEmpty else {
      throw .absent(
        "\(directory.path): no samples are kept; `keep: {samples: [0, last]}` in the study keeps those "
          + "of two generations")
    }
    var matching = labels.filter { [$0.id, $0.label, $0.full].contains(cell) }
    if matching.isEmpty, !cell.isEmpty { matching = labels.filter { $0.id.hasPrefix(cell) } }
    guard matching.count == 1, let id = matching.first?.id else {
      let problem = matching.isEmpty ? "no cell '\(cell)'" : "'\(cell)' begins several cells"
      throw .usage("\(problem); there are:\n" + Self.list(labels.map { "\($0.id)  \($0.label)" }))
    }
    let found = KeptSamples(cell: id, seed: seed, generation: generation)
    if kept.contains(found) { return found }
    let ofCell = kept.filter { $0.cell == id }
    guard !ofCell.isEmpty else {
      let cells = Set(kept.map(\.cell))
      throw .absent(
        "no samples of cell \(id) are kept; there are some of:\n"
          + Self.list(labels.filter { cells.contains($0.id) }.map { "\($0.id)  \($0.label)" }))
    }
    let ofSeed = ofCell.filter { $0.seed == seed }
    guard !ofSeed.isEmpty else {
      let seeds = Set(ofCell.map(\.seed)).sorted().map(String.init)
      throw .absent("no samples of seed \(seed) are kept; of this cell: seeds \(Self.short(seeds))")
    }
    throw .absent(
      "no samples of generation \(generation) are kept; of this chain: generations "
        + Self.short(ofSeed.map { String($0.generation) }))
  }

  private static let mostLines = 20

  private static func list(_ lines: [String]) -> String {
    let more = lines.count > mostLines ? ["  and \(lines.count - mostLines) more"] : []
    return (lines.prefix(mostLines).map { "  " + $0 } + more).joined(separator: "\n")
  }

  private static func short(_ words: [String]) -> String {
    words.prefix(mostLines).joined(separator: ", ") + (words.count > mostLines ? ", …" : "")
  }
}

/// Why there are no such samples.
public enum SampleRequestError: Error, Sendable, CustomStringConvertible {
  /// The request names something that the study does not have.
  case usage(String)
  /// The run has not kept them.
  case absent(String)

  public var description: String {
    switch self {
    case .usage(let text), .absent(let text): text
    }
  }

  /// 64 usage, 66 missing.
  public var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .absent: RunExit.missing
    }
  }
}
