/// The tables of `results.sqlite`. Other programs read them; columns are only ever added.
///
/// `metrics` and `timings` carry no index: rows are appended at 3 million a second, against 1.3
/// million with a key, and a scan of a million rows takes a quarter of a second. A reader that asks
/// for single chains repeatedly loads them once or makes its own index in a copy.
///
/// `verdicts` compares the last generation with generation 0, for quantities that are known to go one way
/// when a model collapses: the mean change within a seed and its 95 % interval over seeds.
///
/// `collapse` says for each cell and meaning of collapse whether it collapses: statistic, 95 % interval,
/// threshold and the meaning in a sentence. `survival` holds the Kaplan–Meier estimate of the share of
/// chains that have not collapsed after a generation. `theory` holds exact expectations where a closed form
/// is known, with the formula. `published` repeats the numbers of a publication
/// that the study gives.
///
/// `previews` holds a few samples of some generations: `shape` is a JSON array, the number of samples first;
/// `encoding` says how `data` is to be read (`Preview.Encoding`); generation -1 is the real data.
///
/// `timings.generation` is the **last** generation of the block of generations that was recorded
/// together, and `seconds` the sum over that block; where generations are long a block is one
/// generation.
enum ResultsSchema {
  /// "Ouro" as SQLite's application id.
  static let applicationID = 0x4f75_726f
  static let version = 1
  static let pageBytes = 16384

  static let sql = """
    CREATE TABLE cells (cell TEXT PRIMARY KEY, parameters TEXT, resolved TEXT);
    CREATE TABLE chains (cell TEXT, seed INTEGER, status TEXT, generations INTEGER, message TEXT,
      PRIMARY KEY (cell, seed));
    CREATE TABLE metrics (cell TEXT, seed INTEGER, generation INTEGER, metric TEXT, value REAL);
    CREATE TABLE summary (cell TEXT, generation INTEGER, metric TEXT, n INTEGER, mean REAL, sd REAL,
      se REAL, median REAL, q05 REAL, q25 REAL, q75 REAL, q95 REAL, ci_low REAL, ci_high REAL,
      PRIMARY KEY (cell, generation, metric));
    CREATE TABLE verdicts (cell TEXT, metric TEXT, generation INTEGER, first REAL, last REAL,
      change REAL, ci_low REAL, ci_high REAL, n INTEGER, seeds_worse INTEGER, verdict TEXT,
      PRIMARY KEY (cell, metric));
    CREATE TABLE collapse (cell TEXT, definition TEXT, metric TEXT, generation INTEGER,
      statistic REAL, ci_low REAL, ci_high REAL, threshold REAL, n INTEGER, verdict TEXT,
      meaning TEXT, PRIMARY KEY (cell, definition));
    CREATE TABLE survival (cell TEXT, definition TEXT, generation INTEGER, at_risk INTEGER,
      events INTEGER, survival REAL, ci_low REAL, ci_high REAL,
      PRIMARY KEY (cell, definition, generation));
    CREATE TABLE theory (cell TEXT, generation INTEGER, metric TEXT, value REAL, source TEXT,
      PRIMARY KEY (cell, metric, generation));
    CREATE TABLE published (cell TEXT, metric TEXT, generation INTEGER, value REAL, low REAL,
      high REAL, source TEXT, PRIMARY KEY (cell, metric, generation));
    CREATE TABLE previews (cell TEXT, seed INTEGER, generation INTEGER, shape TEXT, encoding TEXT,
      low REAL, high REAL, data BLOB, PRIMARY KEY (cell, seed, generation));
    CREATE TABLE timings (cell TEXT, seed INTEGER, generation INTEGER, phase TEXT, seconds REAL);
    PRAGMA application_id = \(applicationID);
    PRAGMA user_version = \(version);
    """

  /// The columns of `summary` after `n`, in the order of `SummaryRow.statistics`.
  static let summaryStatistics = [
    "mean", "sd", "se", "median", "q05", "q25", "q75", "q95", "ci_low", "ci_high",
  ]

  /// Columns by table, in order, of the tables that are numbers and texts.
  static let columns: [(table: String, columns: [String])] = [
    ("cells", ["cell", "parameters", "resolved"]),
    ("chains", ["cell", "seed", "status", "generations", "message"]),
    ("metrics", ["cell", "seed", "generation", "metric", "value"]),
    ("summary", ["cell", "generation", "metric", "n"] + summaryStatistics),
    (
      "verdicts",
      [
        "cell", "metric", "generation", "first", "last", "change", "ci_low", "ci_high", "n",
        "seeds_worse", "verdict",
      ]
    ),
    (
      "collapse",
      [
        "cell", "definition", "metric", "generation", "statistic", "ci_low", "ci_high", "threshold",
        "n", "verdict", "meaning",
      ]
    ),
    (
      "survival",
      ["cell", "definition", "generation", "at_risk", "events", "survival", "ci_low", "ci_high"]
    ),
    ("theory", ["cell", "generation", "metric", "value", "source"]),
    ("published", ["cell", "metric", "generation", "value", "low", "high", "source"]),
    ("timings", ["cell", "seed", "generation", "phase", "seconds"]),
  ]
}

/// A row of `cells`.
public struct CellRecord: Sendable, Equatable {
  public var cell: String
  /// A JSON object: dotted path → value, only what varies in the study.
  public var parameters: String
  /// The full resolved form as JSON.
  public var resolved: String

  public init(cell: String, parameters: String, resolved: String) {
    self.cell = cell
    self.parameters = parameters
    self.resolved = resolved
  }
}
