/// A row of the `summary` table: one metric of one generation over a cell's seeds.
public struct SummaryRow: Sendable, Equatable {
  public var cell: String
  public var generation: Int
  public var metric: String
  /// Seeds with a finite value; the statistics are over these.
  public var n: Int
  /// NaN where n is 0.
  public var mean: Double
  /// The standard deviation with divisor n − 1; NaN where n < 2, as are `se`, `low` and `high`.
  public var sd: Double
  /// The standard error of the mean, sd/√n.
  public var se: Double
  public var median: Double
  public var q05: Double
  public var q25: Double
  public var q75: Double
  public var q95: Double
  /// The 95 % percentile-bootstrap interval of the mean.
  public var low: Double
  public var high: Double

  public init(
    cell: String, generation: Int, metric: String, n: Int, mean: Double, sd: Double, se: Double,
    median: Double, q05: Double, q25: Double, q75: Double, q95: Double, low: Double, high: Double
  ) {
    self.cell = cell
    self.generation = generation
    self.metric = metric
    self.n = n
    self.mean = mean
    self.sd = sd
    self.se = se
    self.median = median
    self.q05 = q05
    self.q25 = q25
    self.q75 = q75
    self.q95 = q95
    self.low = low
    self.high = high
  }

  /// mean … high, in the order of the table's columns.
  var statistics: [Double] { [mean, sd, se, median, q05, q25, q75, q95, low, high] }
}

/// Summary rows as bytes for messages between ranks.
public enum SummaryCodec {
  private static let magic: UInt32 = 0x3153_424f

  public static func encode(_ rows: [SummaryRow]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16 + 160 * rows.count)
    bytes.append(word: magic)
    bytes.append(word: UInt64(rows.count))
    for row in rows {
      bytes.append(text: row.cell)
      bytes.append(word: UInt64(row.generation))
      bytes.append(text: row.metric)
      bytes.append(word: UInt64(row.n))
      for value in row.statistics { bytes.append(word: value.bitPattern) }
    }
    return bytes
  }

  /// - Throws: `ResultsError.malformed` for anything `encode` did not write.
  public static func decode(_ bytes: [UInt8]) throws(ResultsError) -> [SummaryRow] {
    try bytes.withUnsafeBufferPointer { (buffer) throws(ResultsError) in
      var reader = ByteReader(buffer, name: "summary message")
      guard try reader.word(UInt32.self) == magic else {
        throw reader.failure("not a summary message")
      }
      let count = try reader.count(of: 1)
      var rows: [SummaryRow] = []
      for _ in 0..<count {
        let cell = try reader.text()
        let generation = try reader.natural()
        let metric = try reader.text()
        let n = try reader.natural()
        var v: [Double] = []
        for _ in 0..<10 { v.append(Double(bitPattern: try reader.word(UInt64.self))) }
        rows.append(
          SummaryRow(
            cell: cell, generation: generation, metric: metric, n: n, mean: v[0], sd: v[1],
            se: v[2],
            median: v[3], q05: v[4], q25: v[5], q75: v[6], q95: v[7], low: v[8], high: v[9]))
      }
      try reader.finish()
      return rows
    }
  }
}
