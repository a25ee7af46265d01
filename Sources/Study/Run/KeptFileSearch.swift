import Loops
import Results

/// Which of the files that a run has kept is meant, in the user's words.
public struct KeptFileSearch: Sendable {
  private let kind: KeptFile.Kind
  private let kept: [KeptFile]
  private let models: Set<KeptFile>
  private let labels: [(id: String, label: String, full: String)]
  private let directory: RunDirectory

  /// - Throws: `ResultsError` where the run cannot be read.
  public init(_ kind: KeptFile.Kind, of plan: StudyPlan, in directory: RunDirectory) throws {
    self.kind = kind
    self.directory = directory
    kept = try KeptFile.all(kind, in: directory)
    models = Set(try KeptFile.all(.models, in: directory))
    labels = zip(plan.cells, zip(plan.labels, plan.fullLabels)).map { ($0.id, $1.0, $1.1) }
  }

  /// What is kept of a cell, seed and generation.
  ///
  /// - Parameter cell: the id, its first digits where no other begins like that, or its label.
  /// - Throws: `KeptFileSearchError` that says what there is.
  public func find(cell: String, seed: Int, generation: Int) throws(KeptFileSearchError) -> KeptFile {
    var matching = labels.filter { [$0.id, $0.label, $0.full].contains(cell) }
    if matching.isEmpty, !cell.isEmpty { matching = labels.filter { $0.id.hasPrefix(cell) } }
    guard matching.count == 1, let id = matching.first?.id else {
      let problem = matching.isEmpty ? "no cell '\(cell)'" : "'\(cell)' begins several cells"
      throw .usage("\(problem); there are:\n" + Self.list(labels.map { "\($0.id)  \($0.label)" }))
    }
    let found = KeptFile(kind, cell: id, seed: seed, generation: generation)
    if kept.contains(found) { return found }
    if models.contains(KeptFile(.models, cell: id, seed: seed, generation: generation)) {
      throw .absent("no \(kind) of this generation are kept, but its model is: --from models draws new ones")
    }
    guard !kept.isEmpty else {
      let advice =
        switch kind {
        case .samples: "`keep: {samples: [0, last]}` in the study keeps those of two generations"
        case .models: "`keep: {models: [last]}` in the study keeps the last one of each chain that trains networks"
        }
      throw .absent("\(directory.path): no \(kind) are kept; \(advice)")
    }
    let ofCell = kept.filter { $0.cell == id }
    guard !ofCell.isEmpty else {
      let cells = Set(kept.map(\.cell))
      throw .absent(
        "no \(kind) of cell \(id) are kept; there are some of:\n"
          + Self.list(labels.filter { cells.contains($0.id) }.map { "\($0.id)  \($0.label)" }))
    }
    let ofSeed = ofCell.filter { $0.seed == seed }
    guard !ofSeed.isEmpty else {
      let seeds = Set(ofCell.map(\.seed)).sorted().map(String.init)
      throw .absent("no \(kind) of seed \(seed) are kept; of this cell: seeds \(Self.short(seeds))")
    }
    throw .absent(
      "no \(kind) of generation \(generation) are kept; of this chain: generations "
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

/// Why there is no such file.
public enum KeptFileSearchError: Error, Sendable, CustomStringConvertible {
  /// The request names something that the study does not have.
  case usage(String)
  /// The run has not kept it.
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
