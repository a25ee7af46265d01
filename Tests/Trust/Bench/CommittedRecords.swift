import Foundation

extension Bench {
  /// The complete lines in a run's segments: what no fault may take away again.
  func committedRecords(_ run: String) throws -> Set<String> {
    var records: Set<String> = []
    for (_, data) in try files("\(run)/segments") {
      let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      records.formUnion(lines.dropLast().map(String.init))
    }
    return records
  }

  /// Generations by chain that the records name, and those named more than once.
  func recordedGenerations(_ run: String) throws -> (all: Int, repeated: Int) {
    struct Record: Decodable {
      let cell: String
      let seed: Int
      let first: Int
      let values: [[Value]]
      struct Value: Decodable {
        init(from decoder: any Decoder) {}
      }
    }
    var seen: [String: Int] = [:]
    for line in try committedRecords(run) {
      guard let record = try? JSONDecoder().decode(Record.self, from: Data(line.utf8)) else { continue }
      for index in record.values.indices {
        seen["\(record.cell) \(record.seed) \(record.first + index)", default: 0] += 1
      }
    }
    return (seen.count, seen.values.reduce(0) { $0 + $1 - 1 })
  }
}

extension Bench {
  /// When a segment of the run was last written; nil where there is none.
  func lastCommit(_ run: String) -> Date? {
    let folder = "\(run)/segments"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap {
      try? FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.modificationDate] as? Date
    }.max()
  }
}
