import Results

/// The page of a run.
struct ReportPage {
  private let facts: RunFacts
  private let vega: VegaBundle
  /// The sample strips of cells of images by the cell's place: rows are seeds, columns generations.
  private let strips: [Int: SampleStrip]

  /// - Throws: `ReportError.image`.
  init(_ facts: RunFacts, vega: VegaBundle) throws {
    self.facts = facts
    self.vega = vega
    strips = try Dictionary(grouping: facts.previews.previews, by: \.cell)
      .compactMapValues { try SampleStrip($0) }
  }

  /// The page as HTML, and the number of charts on it.
  ///
  /// - Throws: `ReportError.template`.
  func render() throws -> (html: String, charts: Int) {
    let (style, script) = (PageTemplates.style, PageTemplates.script)
    let outcomes = OutcomeSections(facts: facts)
    let charts = ChartSections(facts: facts, strips: strips)
    let records = RecordSections(facts: facts)
    let sections = try [
      outcomes.verdicts, charts.curves, charts.sweep, charts.survival, charts.samples,
      outcomes.published, charts.provenance, charts.timing, records.failures, records.study,
      records.manifest, records.citation,
    ].filter { !$0.isEmpty }
    let content = PageContent(
      title: "\(facts.plan.study): report",
      policy: contentSecurityPolicy(scripts: [vega.script, script], styles: [style]), style: style,
      vega: vega.script, script: script, study: facts.plan.study, notes: facts.plan.notes,
      paper: facts.plan.paper, facts: headFacts, findings: outcomes.findings,
      warnings: facts.status?.warnings ?? [], sections: sections)
    return (
      try PageTemplates.render(content),
      sections.reduce(0) { $0 + $1.figures.count + $1.more.count }
    )
  }

  /// The sample strips by the cell's id, as PNG.
  var galleries: [(cell: String, png: [UInt8])] {
    strips.sorted { $0.key < $1.key }.map { (facts.cells.cells[$0.key].id, $0.value.png) }
  }

  private var headFacts: [PageFact] {
    let chains = facts.cells.chains
    let total = chains.values.reduce(0, +)
    var list: [PageFact] = []
    if let status = facts.status {
      list.append(PageFact(name: "State", value: "\(status.state.rawValue), as of \(status.updated)"))
    } else {
      list.append(PageFact(name: "State", value: "not begun"))
    }
    let order: [ChainStatus] = [.done, .running, .pending, .diverged, .failed]
    let states = order.filter { chains[$0, default: 0] > 0 || $0 == .done || $0 == .diverged }
      .map { "\(countText(chains[$0, default: 0])) \($0.rawValue)" }
    list.append(PageFact(name: "Chains", value: "\(countText(total)): \(states.joined(separator: ", "))"))
    list.append(
      PageFact(
        name: "Study",
        value: "\(countText(facts.cells.cells.count, "cell")), seeds \(facts.plan.seeds), "
          + countText(facts.plan.generations, "generation")))
    let metrics = facts.curves.metrics.count
    list.append(PageFact(name: "Measured", value: countText(metrics, "metric")))
    return list
  }
}
