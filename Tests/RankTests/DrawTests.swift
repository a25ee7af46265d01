import Foundation
import ProgramSupport
import Results
import TestSupport
import Testing

/// Samples from models that a run has kept.
@Suite struct DrawTests {
  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// A kept model draws, bit by bit, what its chain has drawn from it, and as many others as asked for.
  @Test func keptModelsDrawWhatTheirChainsDrew() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    // One cell for each kind of network, warm and cold starts and averaged weights among them.
    try runStudy(
      studyPath("everything-networks"), to: run, ranks: 0,
      ["--set", "matrix={loop.policy: [replace]}", "--set", "seeds=3..<4", "--set", "loop.bias=0.7"])
    let models = try KeptFile.all(.models, in: RunDirectory(existing: run))
    #expect(models.count == 5)
    for model in models {
      func sample(_ name: String, _ more: String...) throws -> Data {
        let file = folder.file("\(name).npy")
        let result = try Launch.ouroboros(
          [
            "sample", run, "--cell", model.cell, "--seed", "\(model.seed)", "--generation",
            "\(model.generation)", "-o", file,
          ] + more)
        #expect(result.status == 0, "\(result.summary)")
        return try bytes(file)
      }
      let kept = try sample("kept")
      // The study's last generation draws 80 samples of 2 numbers, 8 bytes each, after a header of 128.
      #expect(kept.count == 128 + 80 * 2 * 8)
      #expect(try sample("same", "--from", "models", "--draw", "0", "-n", "80") == kept)
      let drawn = try sample("drawn", "--from", "models", "-n", "300")
      #expect(drawn.count == 128 + 300 * 2 * 8)
      #expect(try sample("again", "--from", "models", "--draw", "1", "-n", "300") == drawn)
      #expect(try sample("other", "--from", "models", "--draw", "2", "-n", "300") != drawn)
      #expect(try sample("first", "--from", "models", "-n", "80").suffix(1280) != kept.suffix(1280))
    }
  }

  @Test func mistakesAreNamed() throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    try runStudy(
      studyPath("everything-networks"), to: run, ranks: 0,
      [
        "--set", "matrix={loop.policy: [replace]}", "--set", "seeds=3..<4", "--set", "generations=2", "--set",
        "keep={models: [0]}",
      ])
    let model = try #require(try KeptFile.all(.models, in: RunDirectory(existing: run)).first)
    func expect(_ status: Int32, _ words: String, _ more: String...) throws {
      let result = try Launch.ouroboros(
        ["sample", run, "--cell", model.cell, "--seed", "3", "-o", folder.file("x.npy")] + more)
      #expect(result.status == status && result.errorOutput.contains(words), "\(result.summary)")
    }
    try expect(64, "-n: say how many", "--generation", "0", "--from", "models")
    try expect(64, "--draw: only --from models", "--generation", "0", "--draw", "2")
    try expect(64, "--draw: expected 0 or more", "--generation", "0", "--from", "models", "-n", "2", "--draw=-1")
    try expect(64, "'model' is invalid", "--generation", "0", "--from", "model", "-n", "2")
    try expect(66, "--from models draws new ones", "--generation", "0")
    try expect(66, "no models of generation 1 are kept", "--generation", "1", "--from", "models", "-n", "2")
    // A model that has rotted is refused, not drawn from.
    let file = "\(run)/\(model.name)"
    var bytes = try bytes(file)
    bytes[bytes.count - 5] ^= 1
    try bytes.write(to: URL(fileURLWithPath: file))
    try expect(65, model.name, "--generation", "0", "--from", "models", "-n", "2")
    #expect(!FileManager.default.fileExists(atPath: folder.file("x.npy")))
  }
}
