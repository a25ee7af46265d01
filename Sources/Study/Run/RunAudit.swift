import Engine
import Loops
import Models
import Randomness
import Results
import Samples

/// What replaying committed generations of a run gave.
///
/// A chain is a function of its keys, so that a generation computed again has the same bits unless a
/// machine has computed wrongly, a record was changed, or the code was.
public struct RunAudit: Sendable {
  /// Generations that the run holds.
  public private(set) var committed = 0
  /// Generations computed again and compared.
  public internal(set) var audited = 0
  public internal(set) var chains = 0
  /// The first difference of each chain that has one.
  public private(set) var differences: [String] = []

  /// Replays whole chains in random order, from generation 0, until the wanted share of all committed
  /// generations is reached.
  ///
  /// - Parameters:
  ///   - fraction: above 0, at most 1.
  ///   - seed: chooses the chains.
  ///   - numerics: what the bits depend on besides the plan; they have to be those of the run.
  ///   - part: every `of`-th of the chosen chains, from this one on.
  /// - Throws: `NumericsChange`, `ResultsError` for damaged records, `StudyError` for a damaged plan.
  public init(
    _ directory: RunDirectory, fraction: Double, seed: UInt64, numerics: [String: String],
    part: Int = 0, of parts: Int = 1
  ) throws {
    precondition(fraction > 0 && fraction <= 1 && part < parts, "\(fraction), \(part) of \(parts)")
    let plan = try StudyPlan.read(path: directory.plan)
    let manifest = try directory.readManifest()
    let here = RunManifest(plan: manifest.plan, numerics: numerics, environment: [:], sessions: [])
    let changed = here.numericsDifferences(from: manifest)
    guard changed.isEmpty else { throw NumericsChange(differences: changed) }
    let index = try RunIndex(reading: directory)
    try index.requireSound()
    let places = Dictionary(
      zip(plan.cells.map(\.id), plan.cells.indices), uniquingKeysWith: { first, _ in first })
    let chains = index.sortedChains.filter { $0.generations > 0 && places[$0.cell] != nil }
    committed = chains.reduce(0) { $0 + $1.generations }
    let study = try PreparedStudy(plan, directory: directory)
    var stream = RandomStream(key: RandomKey(seed: seed))
    var left = Int((fraction * Double(committed)).rounded(.up))
    for (turn, place) in stream.permutation(chains.count).enumerated() {
      guard left > 0 else { break }
      let chain = chains[place]
      let count = min(left, chain.generations)
      left -= count
      guard turn % parts == part else { continue }
      self.chains += 1
      try replay(
        chain, generations: count, in: study.cell(places[chain.cell] ?? 0), plan: plan)
    }
  }

  /// Computes the first generations of a chain again.
  private mutating func replay(
    _ recorded: ChainHistory, generations: Int, in cell: PreparedCell, plan: StudyPlan
  ) throws {
    var history = recorded
    var done = 0
    var difference: ResultsError?
    var cache = FirstGenerationCache()
    let control = ChainControl(
      emit: { block in
        done = max(done, block.firstGeneration + block.generations)
        // Adding a generation again changes nothing, or it is another one.
        do throws(ResultsError) { try history.add(block) } catch { difference = difference ?? error }
      },
      shouldStop: { done >= generations || difference != nil || Interruption.isRequested },
      blockSeconds: 0,
      training: TrainingContext(
        exchange: LocalShards(shards: plan.resources.shards),
        options: ProgramOptions(precision: plan.resources.precision)))
    let status = try cell.run(
      seed: recorded.seed, study: plan.seed, committed: 0, cache: &cache, control: control)
    try Interruption.check()
    audited += min(done, generations)
    if let difference {
      differences.append("\(difference)")
    } else if generations == recorded.generations, recorded.status == .done || recorded.status == .diverged,
      status != recorded.status || history.generations != recorded.generations
    {
      differences.append(
        "cell \(recorded.cell), seed \(recorded.seed): ended \(status.rawValue), the record says "
          + recorded.status.rawValue)
    }
  }
}
