import Foundation
import Results

/// Samples of one generation of one chain, from `previews`.
struct Preview: Sendable {
  enum Content: Sendable {
    /// [n, channels, height, width] bytes, row-major; value = low + (high − low)·byte/255.
    case images([UInt8], shape: [Int])
    /// [n, d] values, row-major.
    case points([Float], dimensions: Int)
    /// n categories.
    case categories([Int32])
  }

  let cell: Int
  let seed: Int
  /// −1 for the real data.
  let generation: Int
  let content: Content
}

/// The previews that a page shows: some seeds, some generations, as many cells as fit.
struct PreviewFacts: Sendable {
  static let mostSeeds = 8
  static let mostGenerations = 11
  /// Bytes of previews that are read.
  static let mostBytes = 12 << 20

  /// By cell, then seed, then generation.
  private(set) var previews: [Preview] = []
  /// Cells whose previews did not fit.
  private(set) var cellsLeftOut = 0

  /// - Throws: `ResultsError.database`.
  init(_ results: ResultsReader, cells: CellIndex) throws {
    struct Place: Hashable {
      let cell: Int
      let seed: Int
      let generation: Int
    }
    var places: [Place] = []
    try results.forEachRow(of: "previews", columns: ["cell", "seed", "generation"]) { row in
      guard let cell = cells.place(of: row.text(0)) else { return }
      places.append(Place(cell: cell, seed: row.integer(1), generation: row.integer(2)))
    }
    let generations = Self.chosen(
      Set(places.map(\.generation)).sorted(), most: Self.mostGenerations, keepingFirst: 2)
    var seeds: [Int: Set<Int>] = [:]
    for (cell, members) in Dictionary(grouping: places, by: \.cell) {
      seeds[cell] = Set(Set(members.map(\.seed)).sorted().prefix(Self.mostSeeds))
    }
    var bytes: [Int: Int] = [:]
    var left: Set<Int> = []
    var total = 0
    try results.forEachRow(
      of: "previews",
      columns: ["cell", "seed", "generation", "shape", "encoding", "data"],
      orderedBy: ["cell", "seed", "generation"]
    ) { row in
      guard let cell = cells.place(of: row.text(0)), seeds[cell, default: []].contains(row.integer(1)),
        generations.contains(row.integer(2)), !left.contains(cell)
      else { return }
      let data = row.bytes(5)
      guard total + data.count <= Self.mostBytes else {
        // A cell is shown whole or not at all.
        left.insert(cell)
        previews.removeAll { $0.cell == cell }
        total -= bytes[cell, default: 0]
        return
      }
      total += data.count
      bytes[cell, default: 0] += data.count
      if let content = Preview.Content(shape: row.text(3), encoding: row.text(4), data) {
        previews.append(
          Preview(cell: cell, seed: row.integer(1), generation: row.integer(2), content: content))
      }
    }
    cellsLeftOut = left.count
    previews.sort { ($0.cell, $0.seed, $0.generation) < ($1.cell, $1.seed, $1.generation) }
  }

  /// At most so many of ascending values: the first ones, the last, and others evenly between.
  static func chosen(_ values: [Int], most: Int, keepingFirst first: Int) -> Set<Int> {
    guard values.count > most else { return Set(values) }
    let rest = most - first
    return Set(values.prefix(first)).union(
      (1...rest).map { values[first - 1 + $0 * (values.count - first) / rest] })
  }
}

extension Preview.Content {
  /// nil where shape, encoding and bytes do not belong together.
  init?(shape text: String, encoding: String, _ data: [UInt8]) {
    guard let shape = try? JSONDecoder().decode([Int].self, from: Data(text.utf8)),
      (1...4).contains(shape.count), shape.allSatisfy({ (1...(1 << 24)).contains($0) })
    else { return nil }
    let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    switch encoding {
    case "uint8":
      guard shape.count >= 3, data.count == count else { return nil }
      self = .images(data, shape: shape.count == 4 ? shape : [shape[0], 1, shape[1], shape[2]])
    case "float32":
      guard shape.count <= 2, data.count == 4 * count else { return nil }
      let values = Self.words(data).map { Float(bitPattern: $0) }
      self = .points(values, dimensions: shape.count == 2 ? shape[1] : 1)
    case "int32":
      guard shape.count == 1, data.count == 4 * count else { return nil }
      self = .categories(Self.words(data).map { Int32(bitPattern: $0) })
    default: return nil
    }
  }

  /// Little-endian words.
  private static func words(_ data: [UInt8]) -> [UInt32] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
  }
}
