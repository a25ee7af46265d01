extension PlannedChain {
  /// The files that its first generations have left, relative to the run.
  func keptFiles(of generations: Int) -> [String] {
    func names(_ kind: KeptFile.Kind, _ kept: [Int]) -> [String] {
      kept.filter { $0 < generations }.map { KeptFile(kind, cell: cell, seed: seed, generation: $0).name }
    }
    return names(.samples, samples) + names(.models, models)
  }

  /// What is wrong with the files that its committed generations have left; empty where all are sound.
  ///
  /// - Throws: `ResultsError` where one cannot be read at all.
  /// - Complexity: O(bytes kept).
  public func damagedFiles(_ run: RunDirectory, _ index: RunIndex) throws -> [String] {
    let (generations, _) = index.progress(cell: cell, seed: seed)
    return try keptFiles(of: generations).compactMap { try run.damage(of: $0) }
  }
}

extension RunDirectory {
  /// Removes states that are damaged or stand where others belong: a state is a shortcut, and what it held
  /// is computed again. Call while no other process writes the run.
  ///
  /// - Returns: what was wrong with them.
  /// - Complexity: O(bytes of all states).
  public func removeDamagedStates() throws -> [String] {
    var damaged: [String] = []
    for name in try files(in: "state") where name.hasSuffix(".safetensors") {
      guard let damage = try damage(of: name) else { continue }
      try remove(name)
      damaged.append(damage)
    }
    return damaged
  }
}

/// Every kept sample, model and state: that it is there, and that it is what was written under its name.
func checkKeptFiles(
  _ run: RunDirectory, _ index: RunIndex, _ planned: [PlannedChain], _ report: inout VerifyReport
) throws {
  var names = Set<String>()
  for chain in planned {
    names.formUnion(chain.keptFiles(of: index.progress(cell: chain.cell, seed: chain.seed).generations))
  }
  for folder in KeptFile.Kind.allCases.map(\.rawValue) + ["state"] {
    names.formUnion(try run.files(in: folder).filter { $0.hasSuffix(".safetensors") })
  }
  for name in names.sorted() {
    guard let damage = try run.damage(of: name) else { continue }
    report.problems.append(damage)
  }
}

/// The plan and what the last session left against the manifest, and the list of failures against the records.
func checkRecords(_ run: RunDirectory, _ index: RunIndex, _ report: inout VerifyReport) throws {
  do {
    let manifest = try run.readManifest()
    let plan = sha256Hex(try run.contents(of: "plan.json"))
    if ![manifest.plan, manifest.nextPlan].contains(plan) {
      report.problems.append("\(run.plan): it is not the plan that manifest.json names")
    }
    let sizes = try run.segmentSizes()
    for (name, bytes) in (manifest.segments ?? [:]).sorted(by: { $0.key < $1.key })
    where sizes[name, default: 0] < bytes {
      report.problems.append(
        "\(run.file(name)): \(sizes[name, default: 0]) of \(bytes) bytes are there; running again computes "
          + "what is lost")
    }
    if let database = manifest.database, run.holds("results.sqlite"),
      try run.databaseChecksum() != database,
      // A session that has begun in between writes the manifest before the database.
      try run.readManifest().database == database
    {
      report.problems.append(
        "\(run.database): changed since the run wrote it; running again writes it anew")
    }
  } catch ResultsError.missing where index.chains.isEmpty {
    report.unfinished.append("\(run.manifest): not there; running again writes it")
  } catch let error as ResultsError {
    report.problems.append("\(error)")
  }
  let lines = try run.failureLines()
  for (number, line) in lines.enumerated() where line == nil {
    report.problems.append("\(run.failures):\(number + 1): damaged; running again writes it anew")
  }
  for chain in index.withoutFailure(lines.compactMap { $0 }) {
    report.unfinished.append(
      "\(run.failures): no line of cell \(chain.cell), seed \(chain.seed); running again writes it")
  }
}
