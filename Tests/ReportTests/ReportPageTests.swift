import CSQLite
import Foundation
import ProgramSupport
import Report
import Results
import TestSupport
import Testing

/// The page as a file; how it is drawn is for `BrowserTests`.
@Suite struct ReportPageTests {
  private let vega = VegaBundle(script: "globalThis.vega = undefined")

  private func page(_ body: (SmallRun, PageReader, ReportSummary) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      let run = try SmallRun("\(folder)/run")
      let before = try Data(contentsOf: URL(fileURLWithPath: run.directory.database))
      let summary = try writeReport(of: run.directory, vega: vega)
      // Reading leaves the run as it was.
      #expect(try Data(contentsOf: URL(fileURLWithPath: run.directory.database)) == before)
      try body(run, try PageReader(summary.path), summary)
    }
  }

  @Test func everySectionIsThere() throws {
    try page { run, page, summary in
      #expect(summary.path == run.directory.file("report.html"))
      #expect(summary.charts == page.specifications.count)
      for id in [
        "verdicts", "curves", "sweep", "survival", "samples", "published", "provenance", "timing",
        "failures", "study", "manifest", "cite",
      ] { #expect(page.html.contains("<section id=\"\(id)\">"), "\(id)") }
      for id in ["curve-0", "curve-1", "sweep-map", "survival-curve", "samples-1", "samples-2", "samples-3"] {
        #expect(page.specifications[id] != nil, "\(id)")
      }
      #expect(page.html.contains("72: 71 done, 1 diverged"))
      // The two policies train on different shares, and every cell of a policy on the same.
      #expect(page.specifications.keys.filter { $0.hasPrefix("provenance-") }.sorted() == ["provenance-0", "provenance-1"])
    }
  }

  /// Strips of images lie beside the page; points have none.
  @Test func galleriesAreFiles() throws {
    try page { run, _, _ in
      let folder = run.directory.file("gallery")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.count == 1)
      let png = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(try #require(names.first))"))
      #expect(Array(png.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
    }
  }

  /// A mean that one seed of twenty-five governs is warned of (its squared deviation is 24/25 of all); an even
  /// one is not.
  @Test func heavyTailsAreNamed() throws {
    try withTemporaryDirectory { folder in
      let run = try SmallRun("\(folder)/run")
      var handle: OpaquePointer?
      try #require(sqlite3_open(run.directory.database, &handle) == SQLITE_OK)
      defer { sqlite3_close_v2(handle) }
      for (metric, largest) in [("tail.heavy", 1e6), ("tail.even", 24.0)] {
        var sql =
          "INSERT INTO verdicts SELECT cell, '\(metric)', 5, 0, 0, 0, 0, 0, 25, 0, 'undecided' FROM cells LIMIT 1;"
        for seed in 0..<25 {
          let value = seed == 24 ? largest : Double(seed)
          sql +=
            "INSERT INTO metrics SELECT cell, \(100 + seed), 5, '\(metric)', \(value) FROM cells LIMIT 1;"
        }
        try #require(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
      }
      let html = try PageReader(try writeReport(of: run.directory, vega: vega).path).html
      #expect(html.contains("tail.heavy at generation 5: One seed holds 96 % of the variance"))
      #expect(!html.contains("tail.even at generation 5"))
    }
  }

  @Test func sectionsWithoutTablesAreLeftOut() throws {
    try withTemporaryDirectory { folder in
      let run = try SmallRun("\(folder)/run", withOptionalTables: false)
      let page = try PageReader(try writeReport(of: run.directory, vega: vega).path)
      for id in ["survival", "samples", "published"] {
        #expect(!page.html.contains("<section id=\"\(id)\">"), "\(id)")
        #expect(!page.html.contains("href=\"#\(id)\""), "\(id)")
      }
      #expect(page.html.contains("<section id=\"verdicts\">"))
    }
  }

  /// Names are text in elements, in attributes and inside JSON.
  @Test func hostileNamesStayText() throws {
    try page { _, page, _ in
      let html = page.html
      #expect(!html.contains("<script>alert"))
      #expect(!html.contains("<!-- "))
      // An attribute would end at this quotation mark.
      let ended = page.htmlWithoutJSON.unicodeScalars.elementsAreContained("\"\u{301}")
      #expect(!ended)
      #expect(html.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;"))
      // Two scripts that run, one JSON block a chart.
      #expect(html.components(separatedBy: "</script").count - 1 == 2 + page.specifications.count)
      #expect(html.components(separatedBy: "<script").count - 1 == 2 + page.specifications.count)
      for (id, specification) in page.specifications where id.hasPrefix("curve-") {
        #expect(specification["signals"] != nil)
        let labels = page.rows(id, "curves").compactMap { $0["label"]?.text }
        #expect(labels.contains { $0.contains(hostileName) }, "\(id)")
      }
      // A name is no template.
      #expect(html.contains("{{title}}"))
      let json = html.components(separatedBy: "<script type=\"application/json\">").dropFirst()
        .compactMap { $0.components(separatedBy: "</script").first }
      #expect(!json.isEmpty)
      let hasSeparator = json.contains { $0.contains("\u{2028}") || $0.contains("\u{2029}") }
      #expect(!hasSeparator)
      #expect(json.allSatisfy { !$0.contains("<") })
    }
  }

  @Test func policyNamesTheScriptsByHash() throws {
    try page { _, page, _ in
      #expect(page.html.contains("default-src &#39;none&#39;; script-src &#39;sha256-"))
      #expect(!page.html.contains("unsafe"))
      #expect(!page.html.contains("src=\"http") && !page.html.contains("<link"))
      #expect(!page.html.contains(" style=\""))
    }
  }

  /// Fifty values of the page, drawn at random, are those of `results.sqlite`, bit by bit.
  @Test func numbersAreThoseOfTheDatabase() throws {
    try page { run, page, _ in
      var random = SplitMix(state: 20)
      let statistics = ["mean": "mean", "median": "median", "low": "ci_low", "high": "ci_high", "n": "n"]
      var compared = 0
      for _ in 0..<50 {
        let metric = Int.random(in: 0..<2, using: &random)
        let figure = try #require(
          page.specifications.keys.sorted().first {
            $0.hasPrefix("curve-") && page.specifications[$0]?["description"]?.text?
              .hasPrefix(SmallRun.metrics[metric]) == true
          })
        let rows = page.rows(figure, "curves")
        #expect(rows.count == run.cells.count)
        let row = rows[Int.random(in: 0..<rows.count, using: &random)]
        let cell = run.cells[Int(try #require(row["cell"]?.number))]
        let (name, column_) = statistics.sorted { $0.key < $1.key }[Int.random(in: 0..<5, using: &random)]
        let values = try #require(row[name]?.list)
        let generations = try #require(row["generation"]?.list).map { Int($0.number ?? -1) }
        let place = Int.random(in: 0..<values.count, using: &random)
        let stored = try column(
          "SELECT \(column_) FROM summary WHERE cell = '\(cell)' AND metric = '\(SmallRun.metrics[metric])' AND generation = \(generations[place])",
          of: run.directory.database)
        #expect(stored.count == 1)
        #expect(values[place].number == stored[0], "\(cell) \(name) \(generations[place])")
        compared += 1
      }
      #expect(compared == 50)
    }
  }

  @Test func singleSeedsAreThoseOfTheDatabase() throws {
    try page { run, page, _ in
      let rows = page.rows("curve-0", "seedCurves")
      #expect(rows.count == run.cells.count * 4)
      for row in rows {
        let cell = run.cells[Int(try #require(row["cell"]?.number))]
        let seed = Int(try #require(row["seed"]?.number))
        let stored = try column(
          "SELECT value FROM metrics WHERE cell = '\(cell)' AND seed = \(seed) AND metric = '\(SmallRun.metrics[0])' ORDER BY generation",
          of: run.directory.database)
        #expect(row["value"]?.list?.map(\.number) == stored)
      }
    }
  }

  @Test func missingVegaIsOneClearMessage() throws {
    let error = #expect(throws: ReportError.self) {
      try VegaBundle.find(environment: [:], program: "/nowhere/.build/release/ouroboros")
    }
    #expect(error?.exitCode == 66)
    #expect(error?.description.contains("launch/vega") == true)
    #expect(throws: ReportError.unreadableVega(path: "/nowhere/vega.js")) {
      try VegaBundle.find(environment: ["OUROBOROS_VEGA": "/nowhere/vega.js"])
    }
  }

  @Test func writesWhereAskedAndReplacesAtOnce() throws {
    try withTemporaryDirectory { folder in
      let run = try SmallRun("\(folder)/run")
      let path = "\(folder)/page.html"
      let first = try writeReport(of: run.directory, to: path, vega: vega)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(first.bytes == bytes.count)
      // The same run gives the same page.
      _ = try writeReport(of: run.directory, to: path, vega: vega)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
      #expect(!run.directory.holds("report.html"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["page.html", "run"])
    }
  }
}

extension String.UnicodeScalarView {
  /// Whether the scalars of a text occur in a row; `contains` compares characters.
  func elementsAreContained(_ text: String) -> Bool {
    let (all, part) = (Array(self), Array(text.unicodeScalars))
    return all.indices.dropLast(part.count - 1).contains { Array(all[$0..<($0 + part.count)]) == part }
  }
}
