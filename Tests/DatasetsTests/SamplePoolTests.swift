import Datasets
import Engine
import Foundation
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// Which samples of a finite set are trained on, drawn anew and held out. The array's values are
/// the rows' numbers.
@Suite struct SamplePoolTests {
  private func rows(_ set: SampleSet) -> [Int] { set.reals.map { Int($0) } }

  private func withArray<Result>(
    _ options: [String: OptionValue], count: Int = 50, _ body: (any Dataset) throws -> Result
  ) throws -> Result {
    let file = SafetensorsFile.encode([
      SafetensorsTensor("samples", shape: [count], .int32((0..<Int32(count)).map { $0 })),
      SafetensorsTensor("labels", shape: [count], .uint8((0..<count).map { UInt8($0 % 7) })),
    ])
    return try Fixtures.withFiles(["a.safetensors": file]) { directory in
      var all = options
      all["path"] = .text("a.safetensors")
      all["labels"] = .text("labels")
      return try body(Fixtures.dataset("safetensors", all, directory: directory))
    }
  }

  @Test func firstTakesTheFilesOrder() throws {
    try withArray(["subset": .text("first"), "limit": .integer(10)]) { dataset in
      #expect(dataset.count == 10 && dataset.space == .vectors(dimension: 1))
      #expect(dataset.law == nil)
      let training = try dataset.training(key: RandomKey(seed: 1))
      #expect(rows(training) == Array(0..<10))
      #expect(training.labels == (0..<10).map { Int32($0 % 7) })
      #expect(rows(try dataset.heldOut(key: RandomKey(seed: 1))) == Array(40..<50))
      // 30 candidates are left.
      let fresh = try dataset.fresh(30, key: RandomKey(seed: 1))
      #expect(rows(fresh).sorted() == Array(10..<40))
      #expect(rows(fresh) != Array(10..<40))
      for (row, label) in zip(rows(fresh), fresh.labels ?? []) { #expect(Int(label) == row % 7) }
      let more = rows(try dataset.fresh(75, key: RandomKey(seed: 2)))
      #expect(Set(more[..<30]).count == 30)
      #expect(more.count == 75 && more.allSatisfy { (10..<40).contains($0) })
    }
  }

  @Test func randomIsTheSameForEverySeed() throws {
    let options: [String: OptionValue] = ["limit": .integer(10), "held_out_fraction": .real(0.3)]
    let first = try withArray(options) { dataset in
      let training = rows(try dataset.training(key: RandomKey(seed: 1)))
      #expect(training == rows(try dataset.training(key: RandomKey(seed: 2))))
      let held = rows(try dataset.heldOut(key: RandomKey(seed: 1)))
      let fresh = rows(try dataset.fresh(25, key: RandomKey(seed: 1)))
      #expect(training.count == 10 && held.count == 15)
      #expect((training + held + fresh).sorted() == Array(0..<50))
      #expect(held != Array(35..<50))
      return training
    }
    var other = options
    other["subset_seed"] = .integer(1)
    let second = try withArray(other) { rows(try $0.training(key: RandomKey(seed: 1))) }
    #expect(second.count == 10 && second != first)
  }

  @Test func perChainDrawsForEverySeed() throws {
    try withArray(["subset": .text("per-chain"), "limit": .integer(10)]) { dataset in
      let one = rows(try dataset.training(key: RandomKey(seed: 1)))
      let two = rows(try dataset.training(key: RandomKey(seed: 2)))
      #expect(Set(one).count == 10 && Set(two).count == 10 && one != two)
      #expect(one == rows(try dataset.training(key: RandomKey(seed: 1))))
      let held = Set(rows(try dataset.heldOut(key: RandomKey(seed: 1))))
      #expect(held.count == 10 && held.isDisjoint(with: one) && held.isDisjoint(with: two))
      let fresh = rows(try dataset.fresh(40, key: RandomKey(seed: 3)))
      #expect(Set(fresh).count == 40 && held.isDisjoint(with: fresh))
      // Every candidate is chosen with probability 10/40.
      let candidate = fresh[0]
      let chosen = try (0..<4000).map { seed in
        rows(try dataset.training(key: RandomKey(seed: UInt64(seed)))).contains(candidate) ? 1.0 : 0
      }
      expectWithinFourStandardErrors(chosen, exact: 0.25)
    }
  }

  @Test func wholeSetGivesFreshSamplesFromItself() throws {
    try withArray(["subset": .text("first")]) { dataset in
      #expect(dataset.count == 40)
      let fresh = rows(try dataset.fresh(40, key: RandomKey(seed: 1)))
      #expect(fresh.sorted() == Array(0..<40))
    }
  }

  @Test func refusesImpossibleSizes() throws {
    func message(_ options: [String: OptionValue], count: Int = 50) -> String {
      do { return try withArray(options, count: count) { _ in "accepted" } } catch {
        return "\(error)"
      }
    }
    #expect(
      message(["limit": .integer(41)]) == "safetensors: limit is 41, but there are 40 samples")
    #expect(message(["held_out_fraction": .real(0.001)]).contains("leaves an empty part"))
    #expect(message([:], count: 1).contains("leaves an empty part"))
    #expect(message(["tensor": .text("sample")]).contains("(tensors: samples, labels)"))
    #expect(message(["limit": .integer(0)]).contains("at least 1"))
  }

  @Test func arraysKeepTheirLabelsAndShape() throws {
    let values = (0..<24).map { UInt8($0) }
    let files: [String: [UInt8]] = [
      "x.npy": .npy(MalformedFiles.header(shape: "(6, 2, 2)"), values),
      "y.npy": .npy(MalformedFiles.header(shape: "(6,)"), [0, 1, 2, 3, 4, 5]),
      "short.npy": .npy(MalformedFiles.header(shape: "(5,)"), [0, 1, 2, 3, 4]),
      "scalar.npy": .npy(MalformedFiles.header(shape: "()"), [3]),
      "none.npy": .npy(MalformedFiles.header(shape: "(0, 3)"), []),
      "nan.npy": .npy(
        MalformedFiles.header(type: "<f4", shape: "(3,)"),
        [0, 0, 0, 0, 0, 0, 0xc0, 0x7f, 0, 0, 0, 0]),
    ]
    try Fixtures.withFiles(files) { directory in
      func open(_ options: [String: OptionValue]) throws -> any Dataset {
        try Fixtures.dataset("npy", options, directory: directory)
      }
      let dataset = try open([
        "path": .text("x.npy"), "labels": .text("y.npy"), "subset": .text("first"),
        "held_out_fraction": .real(0.34),
      ])
      #expect(dataset.space == .vectors(dimension: 4) && dataset.count == 4)
      let held = try dataset.heldOut(key: RandomKey(seed: 0))
      #expect(held.reals == (16..<24).map(Double.init) && held.labels == [4, 5])
      func message(_ options: [String: OptionValue]) -> String {
        do { return "\(try open(options).count)" } catch { return "\(error)" }
      }
      #expect(
        message(["path": .text("x.npy"), "labels": .text("short.npy")]).contains("expected [6]"))
      #expect(message(["path": .text("scalar.npy")]).contains("holds no samples"))
      #expect(message(["path": .text("none.npy")]).contains("holds no samples"))
      #expect(message(["path": .text("nan.npy")]).contains("sample 1 holds nan"))
      #expect(message(["path": .text("absent.npy")]).contains("set path to a .npy file"))
    }
  }
}
