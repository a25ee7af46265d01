import Foundation
import Loops
import Models
import Options
import Results

/// A run directory opened by the coordinator: its plan, what is committed already, and the database.
struct OpenRun {
  let plan: StudyPlan
  let directory: RunDirectory
  /// The expected cost of a chain of each cell.
  let costs: [Double]
  /// What is known in closed form of each cell.
  let theory: [[ClosedFormCurve]]
  var index = RunIndex()
  let database: ResultsDatabase
  let manifest: RunManifest
  /// Chains whose kept files are damaged or missing: they are computed again from the start, and what is
  /// recorded of them is compared on the way.
  private var recomputed: Set<ChainKey> = []
  /// How long a chain may take; nil for no limit.
  let chainHours: Double?
  /// Whether the directory held committed generations before.
  let resumes: Bool
  /// What the user should know.
  var warnings: [String] = []

  /// Reads the study, checks it against the data, and prepares the directory. Nothing is written before
  /// the study is known to be good.
  ///
  /// - Throws: `StudyError`, `CellRefusal`, `PlanConflict`, `DataError`, `ResultsError`, `NumericsChange`.
  init(_ options: RunOptions, ranks: Int) throws {
    plan = try StudyFile.load(path: options.study, overrides: options.overrides)
      .limited(toCells: options.cells)
    chainHours = options.chainHours
    // A directory that is there already is looked at before the data: nothing is created by that.
    let exists = FileManager.default.fileExists(atPath: options.output)
    let present = exists ? try RunDirectory.prepare(options.output) : nil
    var relation: PlanRelation?
    if let (directory, isNew) = present, !isNew {
      relation = try Self.relation(of: plan, to: directory)
      index = try RunIndex(reading: directory)
      try index.requireSound()
    }
    let study = try PreparedStudy(plan, name: options.study)
    costs = try study.costs()
    theory = try plan.cells.indices.map { try study.cell($0).closedForms() }
    if relation != .identical { try study.rehearse() }
    let (directory, isNew) = try present ?? RunDirectory.prepare(options.output)
    self.directory = directory
    let frozen = Array(plan.json.utf8)
    var manifest = RunManifest(
      plan: sha256Hex(frozen), numerics: options.numerics, environment: options.environment,
      sessions: [])
    let old = isNew ? nil : try directory.manifestIfPresent()
    if old == nil, !index.chains.isEmpty, !options.allowNumericsChange {
      throw ResultsError.missing(path: directory.manifest)
    }
    if var old {
      let differences = manifest.numericsDifferences(from: old)
      guard differences.isEmpty || options.allowNumericsChange else {
        throw NumericsChange(differences: differences)
      }
      if !differences.isEmpty {
        warnings.append("numerics differ from earlier sessions: " + differences.joined(separator: "; "))
      }
      manifest.sessions = old.sessions
      let present = sha256Hex(try directory.contents(of: "plan.json"))
      if present == old.nextPlan { old.plan = present }
      if present != old.plan { warnings.append("\(directory.plan) was damaged; it is written again") }
      old.nextPlan = manifest.plan
      (old.database, old.segments) = (nil, nil)
      try directory.write(old)
    }
    manifest.sessions.append(
      RunManifest.Session(
        started: Date().formatted(.iso8601), ranks: ranks, hosts: [ProcessInfo.processInfo.hostName],
        command: options.command))
    try directory.publish(frozen, as: "plan.json")
    try directory.removeTemporaryFiles()
    warnings += try directory.removeDamagedStates().map { $0 + "; removed, it is computed again" }
    try directory.createDirectory("segments")
    try study.keepWeights(in: directory)
    try study.prepareFeatures()
    try directory.write(manifest)
    self.manifest = manifest
    try directory.repairFailures(index) {
      FailureRecord(
        cell: $0.cell, seed: $0.seed, generation: $0.generations, status: $0.status, message: $0.message,
        host: "unknown", rank: -1, command: ChainPlace(cell: $0.cell, seed: $0.seed, generation: $0.generations)
          .command(study: options.study))
    }
    for chain in plan.plannedChains {
      let damaged = try chain.damagedFiles(directory, index)
      guard let first = damaged.first else { continue }
      recomputed.insert(ChainKey(cell: chain.cell, seed: chain.seed))
      warnings.append(first + "; its chain is computed again")
    }
    resumes = index.chains.contains { $0.value.generations > 0 }
    database = try ResultsDatabase.rebuild(
      at: directory.database, cells: plan.cellRecords, chains: plan.chainKeys, from: index)
  }

  /// Whether a chain ended for want of time and has more of it now.
  func triesAgain(cell: String, seed: Int) -> Bool {
    index.chains[ChainKey(cell: cell, seed: seed)]?.canBeTriedAgain(chainHours: chainHours) ?? false
  }

  /// Generations committed by each chain, −1 where the chain is finished; [cells × seeds].
  var committed: [Int32] {
    plan.cells.flatMap { cell in
      plan.seeds.map { seed in
        if recomputed.contains(ChainKey(cell: cell.id, seed: seed)) { return 0 }
        let (generations, status) = index.progress(cell: cell.id, seed: seed)
        return switch status {
        case .pending, .running: Int32(generations)
        case .failed where triesAgain(cell: cell.id, seed: seed): Int32(generations)
        case .done, .diverged, .failed: Int32(-1)
        }
      }
    }
  }
}

extension OpenRun {
  /// What the study means for the plan that lies in a directory. A plan that is not the one of the manifest
  /// is damaged and counts for nothing; the manifest tells whether the study is still the same.
  private static func relation(
    of plan: StudyPlan, to directory: RunDirectory
  ) throws -> PlanRelation {
    let found = sha256Hex(try directory.contents(of: "plan.json"))
    if let manifest = try directory.manifestIfPresent(), ![manifest.plan, manifest.nextPlan].contains(found) {
      guard sha256Hex(Array(plan.json.utf8)) == manifest.plan else {
        throw ResultsError.malformed(
          path: directory.plan, line: 0, reason: "damaged: it is not the plan that manifest.json names")
      }
      return .identical
    }
    return try plan.relation(to: StudyPlan.read(path: directory.plan))
  }
}

/// A resume that could not give the same bits.
struct NumericsChange: Error, CustomStringConvertible {
  let differences: [String]
  var description: String {
    "this machine computes other bits than the run began with (\(differences.joined(separator: "; "))); "
      + "resume on the same kind of machine or pass --allow-numerics-change"
  }
}

extension RunDirectory {
  /// The manifest; `nil` where a crash came between plan and manifest.
  fileprivate func manifestIfPresent() throws -> RunManifest? {
    do { return try readManifest() } catch ResultsError.missing { return nil }
  }
}

extension StudyPlan {
  /// The rows of the `cells` table.
  var cellRecords: [CellRecord] {
    zip(cells, varying).map { cell, varying in
      let parameters = OptionValue.map(
        Dictionary(uniqueKeysWithValues: varying.map { ($0.path, $0.value) }))
      return CellRecord(
        cell: cell.id, parameters: parameters.canonicalJSON, resolved: cell.canonical.canonicalJSON)
    }
  }

  /// What a complete run holds.
  public var plannedChains: [PlannedChain] {
    cells.flatMap { cell in
      // Only models that are trained have a file.
      let models = ModelRegistry.named(cell.model.name)?.isTrained ?? false ? keep.models : []
      return seeds.map {
        PlannedChain(
          cell: cell.id, seed: $0, generations: generations, samples: keep.samples, models: models)
      }
    }
  }

  /// Every chain of the plan.
  var chainKeys: [ChainKey] {
    cells.flatMap { cell in seeds.map { ChainKey(cell: cell.id, seed: $0) } }
  }
}

extension RunIndex {
  /// - Throws: the first damaged record or contradiction: results are never silently incomplete.
  func requireSound() throws {
    if let damaged = segments.flatMap(\.damaged).first { throw damaged }
    if let conflict = conflicts.first { throw conflict }
  }
}
