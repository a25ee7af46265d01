import Results

/// Everything a page shows of a run, read once and from files alone.
struct RunFacts: Sendable {
  let plan: PlanFacts
  /// Absent before the first session has begun.
  let manifest: RunManifest?
  let status: RunStatus?
  let failures: [FailureRecord]
  let cells: CellIndex
  let curves: CurveFacts
  let outcomes: OutcomeFacts
  let segments: SegmentFacts
  let previews: PreviewFacts

  /// - Throws: `ResultsError.missing` where the run has no database yet, `.database`, `.malformed`,
  ///   `.io`.
  init(_ run: RunDirectory) throws {
    plan = try PlanFacts(run)
    manifest = run.holds("manifest.json") ? try run.readManifest() : nil
    status = run.holds("status.json") ? try run.readStatus() : nil
    failures = try run.readFailures()
    let results = try ResultsReader(run)
    cells = try CellIndex(results)
    outcomes = try OutcomeFacts(results, cells: cells)
    curves = try CurveFacts(
      results, cells: cells, generations: plan.generations,
      keeping: Set(outcomes.published.map(\.generation)))
    previews = try PreviewFacts(results, cells: cells)
    segments = try SegmentFacts(run, cells: cells)
  }
}
