import Foundation
import Study
import Testing

/// Malformed input gives a precise message and an exit code; it never crashes and writes nothing.
@Suite struct BadStudyTests {
  @Test(arguments: badTexts + badValues + badAxes)
  func saysWhatIsWrongWhere(_ bad: BadStudy) throws {
    let error = try #require(throws: StudyError.self) {
      try StudyFile.parse(
        bad.bytes, name: "s.yaml", directory: "/data", catalogue: smallCatalogue)
    }
    let prefix = bad.place.isEmpty ? "s.yaml:" : "s.yaml:\(bad.place): "
    let said = error.mistakes.map(\.description)
    #expect(
      said.contains { $0.hasPrefix(prefix) && $0.contains(bad.fragment) },
      "expected \(prefix)…\(bad.fragment)…, found:\n\(error)")
    #expect(error.exitCode == bad.exitCode)
    #expect(error.mistakes.count <= 20)
    for line in said {
      #expect(!line.contains("\n") && !line.contains("\u{1b}") && line.unicodeScalars.count < 700)
    }
  }

  @Test func tableIsAsLargeAsPromised() {
    let names = (badTexts + badValues + badAxes).map(\.name)
    #expect(
      names.count >= 60 && Set(names).count == names.count, "\(names.count) malformed studies")
  }

  @Test func soundStudyIsSound() throws {
    #expect(try expanded(edited()).chainCount == 4)
  }

  @Test func reportsIndependentMistakesTogether() throws {
    let text = edited(3, "model: {name: mixture, components: 0, tolerance: -1}")
      .replacing("seeds: 0..<4", with: "seeds: 4").replacing("samples: 20", with: "smples: 20")
    let error = try #require(throws: StudyError.self) { try expanded(text) }
    #expect(
      error.mistakes.map { "\($0.position)" } == [
        "s.yaml:3:36", "s.yaml:3:50", "s.yaml:6:3", "s.yaml:8:8",
      ], "\(error)")
  }

  @Test func listsAtMostTwentyMistakes() throws {
    let extra = (1...50).map { "key\($0): 1" }.joined(separator: "\n")
    let error = try #require(throws: StudyError.self) { try expanded(edited(adding: extra)) }
    #expect(error.mistakes.count == 20 && error.omitted == 30)
    #expect(error.description.hasSuffix("and 30 more"))
  }

  @Test func sameMistakeInManyCellsIsSaidOnce() throws {
    let text = edited(
      3, "model: {name: mixture, componets: 3}", adding: "matrix: {loop.bias: [0.2, 0.4, 0.6]}")
    let error = try #require(throws: StudyError.self) { try expanded(text) }
    #expect(error.mistakes.count == 1, "\(error)")
  }

  @Test func everyPrefixAndEveryFlippedByteIsHarmless() throws {
    let text = Array(
      edited(
        adding:
          "matrix: {loop.bias: [0.5, 1]}\nzip: {model.components: [1, 2]}\nexclude: [{loop.bias: 1}]"
      ).utf8)
    var refused = 0
    func attempt(_ bytes: [UInt8]) {
      do {
        _ = try StudyFile.parse(bytes, name: "s", directory: "/", catalogue: smallCatalogue)
      } catch {
        refused += 1
        #expect(!error.mistakes.isEmpty && [65, 78].contains(error.exitCode))
      }
    }
    for end in text.indices { attempt(Array(text[..<end])) }
    for index in text.indices {
      for byte in [0x00, 0x09, 0x0a, 0x22, 0x26, 0x2a, 0x3a, 0x5b, 0x7b, 0xff] as [UInt8] {
        var damaged = text
        damaged[index] = byte
        attempt(damaged)
      }
    }
    #expect(refused > text.count * 5, "\(refused) refused")
  }
}

/// What is not a readable text file.
@Suite struct BadStudyFileTests {
  private func error(at path: String) throws -> StudyError {
    try #require(throws: StudyError.self) {
      try StudyFile.load(path: path, catalogue: smallCatalogue)
    }
  }

  @Test func missingFileIs66() throws {
    let error = try error(at: "/nonexistent/study.yaml")
    #expect(error.exitCode == 66 && error.description.contains("No such file"))
    #expect(try self.error(at: "").exitCode == 66)
    #expect(try self.error(at: "a\0b").exitCode == 66)
    #expect(
      try self.error(at: "shumailov/gmm").description
        .hasSuffix("for the preset of this name: ouroboros new --preset shumailov/gmm -o FILE"))
  }

  @Test func directoryIs65() throws {
    let error = try error(at: NSTemporaryDirectory())
    #expect(error.exitCode == 65 && error.description.contains("found a directory"))
  }

  @Test func deviceIs65() throws {
    #expect(try error(at: "/dev/zero").exitCode == 65)
  }

  @Test func pipeIsRefusedWithoutWaiting() throws {
    let path = NSTemporaryDirectory() + "ouroboros-\(UUID().uuidString)"
    try #require(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    #expect(try error(at: path).exitCode == 65)
  }

  @Test func hugeFileIsNotRead() throws {
    let path = NSTemporaryDirectory() + "ouroboros-\(UUID().uuidString)"
    try #require(FileManager.default.createFile(atPath: path, contents: nil))
    defer { unlink(path) }
    // A sparse file of a terabyte.
    try #require(truncate(path, 1 << 40) == 0)
    #expect(try error(at: path).exitCode == 65)
  }

  @Test func refusedStudyWritesNothing() throws {
    let directory = NSTemporaryDirectory() + "ouroboros-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let path = directory + "/s.yaml"
    for bad in badValues {
      try Data(bad.bytes).write(to: URL(fileURLWithPath: path))
      _ = try error(at: path)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["s.yaml"])
  }
}
