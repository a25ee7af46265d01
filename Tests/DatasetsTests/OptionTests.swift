import Datasets
import Engine
import Foundation
import Options
import Randomness
import Samples
import Testing

/// Mistakes in options and missing files: what the user reads.
@Suite struct DatasetOptionTests {
  private func message(
    _ name: String, _ options: [String: OptionValue], directory: String = "/nowhere"
  ) -> String {
    do {
      return "accepted \(try Fixtures.dataset(name, options, directory: directory).count)"
    } catch {
      return "\(error)"
    }
  }

  @Test func impossibleOptionsAreNamed() {
    let list = OptionValue.list([.real(1), .real(2)])
    #expect(message("gaussian", ["mean": list]) == "gaussian: mean has 2 entries, dimension is 1")
    #expect(message("gaussian", ["standard_deviation": .real(0)]).contains("standard_deviation"))
    #expect(
      message("categorical", ["shape": .text("probabilities")])
        == "categorical: shape probabilities needs the list probabilities")
    #expect(
      message(
        "categorical",
        ["shape": .text("probabilities"), "probabilities": .list([.real(0.5), .real(0.4)])]
      ).contains("sum to 0.9, not to 1"))
    #expect(
      message("categorical", ["probabilities": .list([.real(1)])]).contains("the shape is uniform"))
    #expect(
      message("linear-regression", ["coefficients": list]).contains("2 entries, dimension is 10"))
    #expect(message("linear-regression", ["coefficients": .text("one")]).contains("unit, zero"))
    #expect(
      message("tokens", ["contexts": .integer(1_000_000), "vocabulary": .integer(1000)])
        .contains("probabilities are kept"))
    #expect(message("gaussian-ring", ["mode": .integer(8)]).contains("did you mean 'modes'?"))
    #expect(message("mnist", [:]).contains("option 'data_dir' is missing"))
    #expect(message("gaussian", ["samples": .integer(0)]).contains("samples"))
  }

  @Test func missingFilesSayWhatToDo() {
    for (name, options, hint) in [
      ("fashion-mnist", ["data_dir": .text("/nowhere")], "Debian package dataset-fashion-mnist"),
      ("mnist", ["data_dir": .text("/nowhere")], "set data_dir"),
      ("digits", ["path": .text("digits.csv.gz")], "set path to scikit-learn's digits.csv.gz"),
      ("text", ["path": .text("a.txt")], "set path to a text file"),
      ("npy", ["path": .text("a.npy")], "set path to a .npy file"),
      ("safetensors", ["path": .text("a.safetensors")], "set path to a safetensors file"),
      ("image-folder", ["path": .text("images")], "set path to a folder of .png files"),
    ] as [(String, [String: OptionValue], String)] {
      do {
        _ = try Fixtures.dataset(name, options)
        Issue.record("\(name) was made from nothing")
      } catch DataError.missing(let path, let text) {
        #expect(path.hasPrefix("/nowhere/"))
        #expect(text.contains(hint) && text.contains("no such file"), "\(text)")
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }

  @Test func contradictingFilesAreRefused() throws {
    var files = try DatasetConformanceTests.files()
    files["train-labels-idx1-ubyte"] = .idx([19], [UInt8](repeating: 1, count: 19))
    files["other-digits.csv"] = Array(
      ((0..<64).map { _ in "17" }.joined(separator: ",") + ",3\n").utf8)
    files["latin1.txt"] = [0x61, 0xe9, 0x62]
    files["one.txt"] = [0x61]
    try Fixtures.withFiles(files) { directory in
      #expect(
        message("mnist", ["data_dir": .text(".")], directory: directory)
          .contains("19 labels for 20 images"))
      #expect(
        message("digits", ["path": .text("other-digits.csv")], directory: directory)
          .contains("line 1: field 1 is not a whole number from 0 to 16"))
      #expect(
        message("text", ["path": .text("latin1.txt")], directory: directory).contains("not UTF-8"))
      #expect(
        message("text", ["path": .text("one.txt")], directory: directory).contains(
          "shorter than two"))
      #expect(
        message("text", ["path": .text(".")], directory: directory).contains("not a regular file"))
    }
    var resized = try DatasetConformanceTests.files()
    resized["t10k-images-idx3-ubyte.gz"] = try [UInt8].idx([10, 1, 4], [UInt8](0..<40)).gzipped()
    try Fixtures.withFiles(resized) { directory in
      #expect(
        message("mnist", ["data_dir": .text(".")], directory: directory)
          .contains("training images of 2×2 pixels, test images of 1×4"))
    }
  }

  @Test func imageOptions() throws {
    try Fixtures.withFiles(DatasetConformanceTests.files()) { directory in
      func open(_ options: [String: OptionValue]) throws -> any Dataset {
        try Fixtures.dataset(
          "mnist", options.merging(["data_dir": .text(".")]) { $1 }, directory: directory)
      }
      // Byte 3·i at place i, divided by 255; 20 images of 2×2.
      let all = try open([:])
      #expect(all.space == .images(channels: 1, height: 2, width: 2) && all.count == 20)
      let training = try all.training(key: RandomKey(seed: 0))
      #expect(training.reals == (0..<80).map { Double($0 * 3) / 255 })
      let some = try open(["classes": .list([.integer(3), .integer(1)]), "held_out": .integer(1)])
      #expect(try some.training(key: RandomKey(seed: 0)).labels == [1, 3, 1, 3])
      #expect(try some.heldOut(key: RandomKey(seed: 0)).labels == [1])
      func message(_ options: [String: OptionValue]) -> String {
        do { return "accepted \(try open(options).count)" } catch { return "\(error)" }
      }
      #expect(
        message(["classes": .list([.integer(12)])]).contains(
          "class 12 does not occur (classes: 0, 1"))
      #expect(message(["classes": .list([])]).contains("the list of classes is empty"))
      #expect(
        message(["components": .integer(5)]).contains("5 components of 20 images with 4 pixels"))
      #expect(message(["held_out": .integer(11)]).contains("there are 10 test images"))
      let projected = try open(["components": .integer(4)])
      #expect(projected.space == .vectors(dimension: 4))
      let basis = try #require((projected as? any ImageDataset)?.principalComponents)
      let back = basis.reconstruct(try projected.training(key: RandomKey(seed: 0)).reals, rows: 20)
      for (a, b) in zip(back, training.reals) { #expect(abs(a - b) < 1e-12) }
    }
  }

  @Test func namesAreResolved() {
    let files = DataFiles(directory: "/studies")
    #expect(files.resolve("a/b.npy") == "/studies/a/b.npy")
    #expect(files.resolve("/a.npy") == "/a.npy")
    let home = ProcessInfo.processInfo.environment["HOME"] ?? "/studies/~"
    #expect(files.resolve("~/a.npy") == home + "/a.npy")
  }
}
