import Results

/// The sections that record what was run: failures, cells, study, manifest, citation.
struct RecordSections {
  let facts: RunFacts

  var failures: PageSection {
    var section = PageSection(id: "failures", title: "Chains that did not finish")
    guard !facts.failures.isEmpty else { return section }
    let rows = facts.failures.map { failure in
      let label = facts.cells.place(of: failure.cell).map { facts.cells.cells[$0].label }
      return PageTable.Row(cells: [
        .text(label ?? failure.cell), .number("\(failure.seed)"), .number("\(failure.generation)"),
        .text(failure.status.rawValue), .text(failure.message), .text(failure.command),
      ])
    }
    section.intro =
      "Statistics are over the seeds with a finite value at a generation; a chain that ended early counts up to its end."
    section.tables = [
      PageTable(
        "Diverged and failed",
        header: [
          .text("cell"), .number("seed"), .number("generation"), .text("state"), .text("message"),
          .text("command to repeat it"),
        ], rows: rows, from: "failures.jsonl")
    ]
    return section
  }

  var study: PageSection {
    get throws {
      var section = PageSection(id: "study", title: "Study")
      let index = facts.cells
      let rows = index.cells.indices.map { cell in
        PageTable.Row(
          cells: [.text(index.cells[cell].id)]
            + index.parameters.indices.map { parameter in
              .init(
                text: index.text(cell, parameter),
                kind: index.parameters[parameter].numbers == nil ? "" : "number")
            } + [.number("\(index.cells[cell].chains[.done, default: 0])"),
              .number("\(index.cells[cell].chains.values.reduce(0, +))")])
      }
      var cells = PageTable(
        "Cells",
        header: [.text("id")]
          + index.parameters.map { .init(text: $0.path, kind: $0.numbers == nil ? "" : "number") }
          + [.number("chains done"), .number("chains")], rows: rows,
        from: "table cells of results.sqlite")
      cells.isFolded = true
      section.tables = [cells]
      section.texts = [PageText(title: "The resolved study (plan.json)", text: facts.plan.text)]
      if facts.plan.cellsLeftOut > 0 {
        section.notes.append(
          "The resolved study is shown with its first cell; \(countText(facts.plan.cellsLeftOut, "more cell")) in plan.json."
        )
      }
      return section
    }
  }

  var manifest: PageSection {
    get throws {
      var section = PageSection(id: "manifest", title: "Manifest")
      guard let manifest = facts.manifest else { return section }
      section.terms = (manifest.numerics.sorted { $0.key < $1.key }
        + manifest.environment.sorted { $0.key < $1.key }).map { PageFact(name: $0.key, value: $0.value) }
      let rows = manifest.sessions.map { session in
        PageTable.Row(cells: [
          .text(session.started), .number("\(session.ranks)"),
          .text(session.hosts.joined(separator: ", ")), .text(session.command.joined(separator: " ")),
        ])
      }
      section.tables = [
        PageTable(
          "Sessions",
          header: [.text("started"), .number("ranks"), .text("hosts"), .text("command")], rows: rows,
          from: "manifest.json")
      ]
      return section
    }
  }

  var citation: PageSection {
    var section = PageSection(id: "cite", title: "How to cite")
    let plan = facts.plan
    section.terms = [
      PageFact(name: "Protocol", value: plan.paper.isEmpty ? "The study names no paper." : plan.paper),
      PageFact(
        name: "Run",
        value: "Study \(plan.study), \(countText(facts.cells.cells.count, "cell")), seeds \(plan.seeds), "
          + "\(countText(plan.generations, "generation")), computed with Ouroboros"
          + (facts.manifest?.sessions.last.map { ", \($0.started.prefix(10))" } ?? "") + "."),
      PageFact(name: "Plan, SHA-256", value: plan.hash),
      PageFact(name: "Study file, SHA-256", value: plan.sourceHash),
    ]
    section.intro =
      "Cite the paper of the protocol, and give the hash of the plan: the same plan on the same kernel set gives the same numbers."
    return section
  }
}
