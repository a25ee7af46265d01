import Engine
import Foundation
import Results
import Testing

/// Files that a changed bit, a lost end or a wrong place must not go unnoticed in.
@Suite struct SealedFileTests {
  private let name = "samples/c/seed-1/gen-0.safetensors"

  private func sealedRun(_ directory: String) throws -> RunDirectory {
    let run = try makeRun("\(directory)/run", segments: [[block(cell: "c", seed: 1, status: .done)]])
    try run.createDirectory("samples/c/seed-1")
    let bytes = SafetensorsFile.encode(
      [
        SafetensorsTensor("samples", shape: [2, 2], .float64([1, 2, 3, 4])),
        SafetensorsTensor("labels", shape: [2], .int32([0, 1])),
      ], metadata: ["provenance": "real 2"], isChecked: true)
    try run.publish(sealing: bytes, as: name)
    return run
  }

  @Test func aSealedFileIsReadBackAndNamesItself() throws {
    try withTemporaryDirectory { directory in
      let run = try sealedRun(directory)
      let bytes = try #require(try run.sealedContentsIfPresent(of: name))
      let file = try SafetensorsFile(bytes, path: name)
      try file.requireChecksum()
      #expect(file.entries.map(\.name) == ["samples", "labels"])
      #expect(Dictionary(uniqueKeysWithValues: file.metadata.map { ($0.key, $0.value) })["file"] == name)
      #expect(try SafetensorsFile.sealed(bytes, as: name) == bytes)
      #expect(try run.sealedContentsIfPresent(of: "samples/other") == nil)
      // What was written before files were sealed passes.
      let old = SafetensorsFile.encode([SafetensorsTensor("samples", shape: [1], .float64([1]))])
      try run.publish(old, as: "old.safetensors")
      #expect(try run.sealedContentsIfPresent(of: "old.safetensors") == old)
    }
  }

  @Test func everyChangedBitAndEveryLostEndIsFound() throws {
    try withTemporaryDirectory { directory in
      let run = try sealedRun(directory)
      let bytes = try run.contents(of: name)
      for place in bytes.indices {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        try run.publish(changed, as: name)
        #expect(throws: SafetensorsError.self, "byte \(place)") {
          try run.sealedContentsIfPresent(of: name)
        }
        try run.publish(Array(bytes[..<place]), as: name)
        #expect(throws: SafetensorsError.self, "\(place) bytes") {
          try run.sealedContentsIfPresent(of: name)
        }
      }
      let other = "samples/c/seed-1/gen-1.safetensors"
      try run.publish(bytes, as: other)
      let error = try #require(throws: SafetensorsError.self) {
        try run.sealedContentsIfPresent(of: other)
      }
      #expect(error.description.contains("stands where"))
    }
  }

  @Test func everyChangedBitOfAManifestIsFound() throws {
    try withTemporaryDirectory { directory in
      let run = try makeRun("\(directory)/run", segments: [])
      let manifest = RunManifest(
        plan: sha256Hex([1]), numerics: ["isa": "avx2"], environment: [:], sessions: [])
      try run.write(manifest)
      let bytes = try run.contents(of: "manifest.json")
      for place in bytes.indices.dropLast() {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        try run.publish(changed, as: "manifest.json")
        #expect(throws: ResultsError.self, "byte \(place)") { try run.readManifest() }
      }
      // One from before there were checksums.
      let old = #"{"environment":{},"format":1,"numerics":{"isa":"avx2"},"plan":"\#(sha256Hex([1]))","sessions":[]}"#
      try run.publish(Array(old.utf8), as: "manifest.json")
      #expect(try run.readManifest() == manifest)
    }
  }

  @Test func changedFailuresAreFoundAndWrittenAnew() throws {
    try withTemporaryDirectory { directory in
      let run = try makeRun(
        "\(directory)/run",
        segments: [[block(cell: "c", seed: 1, status: .diverged), block(cell: "c", seed: 2, status: .failed)]])
      func record(_ seed: Int) -> FailureRecord {
        FailureRecord(
          cell: "c", seed: seed, generation: 1, status: .diverged, message: "m", host: "h", rank: 1,
          command: "ouroboros run")
      }
      try run.append([record(1)])
      let bytes = try run.contents(of: "failures.jsonl")
      for place in bytes.indices.dropLast() {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        try run.publish(changed, as: "failures.jsonl")
        #expect(throws: ResultsError.self, "byte \(place)") { try run.readFailures() }
      }
      let index = try RunIndex(reading: run)
      try run.repairFailures(index) { record($0.seed) }
      #expect(try run.readFailures().map(\.seed) == [1, 2])
    }
  }

  @Test func verifyLooksAtKeptFilesAndWhatTheLastSessionLeft() throws {
    try withTemporaryDirectory { directory in
      let run = try sealedRun(directory)
      let chain = PlannedChain(cell: "c", seed: 1, generations: 3, samples: [0], models: [])
      func problems() throws -> String { try verifyRun(run, planned: [chain]).problems.joined(separator: "\n") }
      #expect(try problems().contains("manifest.json"))
      var manifest = RunManifest(
        plan: sha256Hex(try run.contents(of: "plan.json")), numerics: [:], environment: [:], sessions: [])
      manifest.segments = try run.segmentSizes()
      try run.write(manifest)
      #expect(try problems() == "")
      let sizes = manifest.segments?.mapValues { $0 + 1 }
      manifest.segments = sizes
      manifest.plan = sha256Hex([])
      try run.write(manifest)
      #expect(try problems().contains("plan.json") && problems().contains("running again computes what is lost"))
      try run.remove(name)
      #expect(try problems().contains(name))
      try run.createDirectory("state/first")
      try run.publish([1, 2, 3], as: "state/first/x.safetensors")
      #expect(try problems().contains("state/first/x.safetensors"))
      #expect(try run.removeDamagedStates().count == 1 && run.removeDamagedStates().isEmpty)
    }
  }
}
