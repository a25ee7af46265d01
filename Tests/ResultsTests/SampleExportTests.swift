import Engine
import Foundation
import Results
import Testing

/// Kept samples as files of other programs, and tables as JSON lines.
@Suite struct SampleExportTests {
  private static func run(_ path: String) throws -> RunDirectory {
    let (run, _) = try RunDirectory.prepare(path)
    try run.publish(Array("{\"ouroboros_plan\": 1}".utf8), as: "plan.json")
    return run
  }

  private static let tensors = [
    SafetensorsTensor("samples", shape: [3, 2], .float64([1, -2, 0.5, .infinity, 4, 5])),
    SafetensorsTensor("labels", shape: [3], .int32([7, 8, 9])),
  ]

  private static func keep(_ kept: KeptFile, in run: RunDirectory) throws {
    try run.createDirectory(kept.folder)
    try run.publish(
      SafetensorsFile.encode(tensors, metadata: ["provenance": "g0:3"]), as: kept.name)
  }

  @Test func keptSamplesAreListedAndRead() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      #expect(try KeptFile.all(.samples, in: run).isEmpty)
      let kept = [
        KeptFile(.samples, cell: "aa", seed: 2, generation: 0),
        KeptFile(.samples, cell: "aa", seed: 2, generation: 10),
        KeptFile(.samples, cell: "aa", seed: 11, generation: 0), KeptFile(.samples, cell: "b", seed: 0, generation: 3),
      ]
      for samples in kept.reversed() { try Self.keep(samples, in: run) }
      try run.publish([1], as: "samples/aa/seed-2/notes.txt")
      #expect(try KeptFile.all(.samples, in: run) == kept)
      let (tensors, metadata) = try kept[1].readSamples(from: run)
      #expect(Set(tensors) == Set(Self.tensors) && metadata == ["provenance": "g0:3"])
      #expect(
        Self.tensors[0].first(2)
          == SafetensorsTensor("samples", shape: [2, 2], .float64([1, -2, 0.5, .infinity])))
      #expect(throws: ResultsError.missing(path: run.file("samples/c/seed-0/gen-0.safetensors"))) {
        try KeptFile(.samples, cell: "c", seed: 0, generation: 0).readSamples(from: run)
      }
      try run.publish([1, 2, 3], as: kept[0].name)
      #expect(throws: SafetensorsError.self) { try kept[0].readSamples(from: run) }
    }
  }

  /// NumPy's own rules: NEP 1, version 1.0.
  @Test func npyHoldsTheArray() throws {
    let bytes = ArrayFormat.npy.encode(Self.tensors, metadata: [:])
    #expect(Array(bytes.prefix(8)) == [0x93] + Array("NUMPY".utf8) + [1, 0])
    let length = Int(bytes[8]) + 256 * Int(bytes[9])
    #expect((10 + length) % 64 == 0)
    let header = String(decoding: bytes[10..<(10 + length)], as: UTF8.self)
    #expect(header.hasPrefix("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2,), }"))
    #expect(header.hasSuffix(" \n"))
    let values = bytes.dropFirst(10 + length).withUnsafeBytes { raw in
      (0..<6).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
    }
    #expect(values == [1, -2, 0.5, .infinity, 4, 5] && bytes.count == 10 + length + 48)
    #expect(ArrayFormat(path: "a/b.NPY") == .npy && ArrayFormat(path: "x.safetensors") == .safetensors)
    #expect(ArrayFormat(path: "npy") == nil && ArrayFormat(path: "a.npy/b") == nil)
  }

  @Test func allSamplesAreExported() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      let target = "\(folder)/out"
      #expect(try exportSamples(run, to: target, as: .npy) == 0)
      #expect(!FileManager.default.fileExists(atPath: target))
      try Self.keep(KeptFile(.samples, cell: "aa", seed: 1, generation: 2), in: run)
      try Self.keep(KeptFile(.samples, cell: "bb", seed: 0, generation: 0), in: run)
      #expect(try exportSamples(run, to: target, as: .npy) == 2)
      #expect(try exportSamples(run, to: target, as: .safetensors) == 2)
      let names = try FileManager.default.contentsOfDirectory(atPath: target).sorted()
      #expect(
        names == [
          "aa-seed-1-gen-2.npy", "aa-seed-1-gen-2.safetensors", "bb-seed-0-gen-0.npy",
          "bb-seed-0-gen-0.safetensors",
        ])
      #expect(
        try fileBytes("\(target)/\(names[0])") == ArrayFormat.npy.encode(Self.tensors, metadata: [:]))
      let copy = try SafetensorsFile(path: "\(target)/\(names[1])")
      #expect(try Set(copy.entries.map { try copy.tensor($0) }) == Set(Self.tensors))
    }
  }

  @Test func tablesAreExportedAsJSONLines() throws {
    try withTemporaryDirectory { folder in
      let run = try Self.run("\(folder)/run")
      var diverged = block(cell: "aa", generations: 2, status: .diverged, message: "over\n\"there\"")
      diverged.values[7] = .nan
      var index = RunIndex()
      index.add(diverged)
      #expect(
        try ResultsDatabase.rebuild(
          at: run.database,
          cells: [
            CellRecord(cell: "aa", parameters: "{\"a\":[1,2.5]}", resolved: "no \"JSON\"")
          ],
          chains: [ChainKey(cell: "aa", seed: 0)], from: index
        ).close())
      let target = "\(folder)/out"
      let rows = try exportTables(run, to: target, as: .jsonLines)
      #expect(rows["metrics"] == 10 && rows["chains"] == 1 && rows["cells"] == 1)
      func objects(_ name: String) throws -> [NSDictionary] {
        try String(decoding: fileBytes("\(target)/\(name).jsonl"), as: UTF8.self)
          .split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSDictionary)
          }
      }
      let cell = try #require(objects("cells").first)
      #expect(cell["parameters"] as? NSDictionary == ["a": [1, 2.5]])
      #expect(cell["resolved"] as? String == "no \"JSON\"")
      #expect(try objects("chains").first?["message"] as? String == "over\n\"there\"")
      #expect(try objects("metrics")[7]["value"] is NSNull)
      struct Row: Decodable {
        let cell: String
        let seed: Int
        let generation: Int
        let metric: String
        let value: Double?
      }
      let metrics = try String(decoding: fileBytes("\(target)/metrics.jsonl"), as: UTF8.self)
        .split(separator: "\n").map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
      #expect(metrics.count == 10)
      for (place, row) in metrics.enumerated() where place != 7 {
        #expect(row.value == diverged.values[place] && row.metric == metricNames[place % 5])
        #expect(row.generation == place / 5 && row.seed == 0 && row.cell == "aa")
      }
    }
  }
}
