/// What the templates show. Texts are plain; the templates escape them.
struct PageContent {
  var title: String
  var policy: String
  var style: String
  var vega: String
  var script: String
  var study: String
  var notes: String
  var paper: String
  /// Facts of the run, in the head of the page.
  var facts: [PageFact]
  /// What the run found, one sentence each.
  var findings: [String]
  var warnings: [String]
  var sections: [PageSection]
}

/// A term and its value.
struct PageFact {
  var name: String
  var value: String
}

/// A section: any of these, in this order.
struct PageSection {
  var id: String
  var title: String
  var intro = ""
  var terms: [PageFact] = []
  var tables: [PageTable] = []
  var figures: [PageFigure] = []
  /// Figures behind a line that opens.
  var moreTitle = ""
  var more: [PageFigure] = []
  var strips: [PageStrip] = []
  var texts: [PageText] = []
  var notes: [String] = []

  var isEmpty: Bool {
    terms.isEmpty && tables.isEmpty && figures.isEmpty && more.isEmpty && strips.isEmpty
      && texts.isEmpty
  }
}

/// A table; `isFolded` shows its caption only until it is opened.
struct PageTable {
  struct Cell {
    var text: String
    /// A class of the style sheet: `number`, `yes`, `no`, `undecided`, or none.
    var kind = ""
  }
  struct Row {
    var cells: [Cell]
  }

  /// Rows of a table on the page; the rest is in results.sqlite.
  static let mostRows = 500
  /// Rows from which a table is folded.
  static let mostOpenRows = 24

  var caption: String
  var header: [Cell]
  var rows: [Row]
  var note = ""
  var isFolded = false

  /// The table of the first rows, with a note where there are more.
  init(_ caption: String, header: [Cell], rows: [Row], from table: String) {
    self.caption = caption
    self.header = header
    self.rows = Array(rows.prefix(Self.mostRows))
    isFolded = rows.count > Self.mostOpenRows
    if rows.count > Self.mostRows {
      note = "The first \(Self.mostRows) of \(countText(rows.count)) rows; all are in \(table)."
    }
  }
}

extension PageTable.Cell {
  static func number(_ value: Double) -> Self { Self(text: numberText(value), kind: "number") }
  static func number(_ value: Int) -> Self { Self(text: countText(value), kind: "number") }
  static func number(_ text: String) -> Self { Self(text: text, kind: "number") }
  static func text(_ text: String) -> Self { Self(text: text) }
  /// A verdict, coloured by whether it speaks for collapse.
  static func verdict(_ word: String) -> Self {
    switch word {
    case "worse", "yes", "differ": Self(text: word, kind: "yes")
    case "better", "no", "agree": Self(text: word, kind: "no")
    case "": Self(text: "–", kind: "undecided")
    default: Self(text: word, kind: "undecided")
    }
  }
}

/// A chart: its words and its specification as JSON for a script element.
struct PageFigure {
  var id: String
  var title: String
  var caption: String
  var json: String
  var height: Int
  var hasLogarithm: Bool
  /// `svg` or `canvas`.
  var renderer: String

  init(_ chart: Chart) throws {
    id = chart.id
    title = chart.title
    caption = chart.caption
    json = try embeddedJSON(chart.specification)
    height = Int(chart.specification.height ?? 200) + 60
    hasLogarithm = chart.hasLogarithm
    renderer = chart.isBitmap ? "canvas" : "svg"
  }
}

/// A long text in a fixed-width face, folded.
struct PageText {
  var title: String
  var text: String
}
