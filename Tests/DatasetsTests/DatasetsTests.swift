import Datasets
import Engine
import Options
import Randomness
import Samples
import Testing

/// What every entry of the registry must do.
@Suite struct DatasetConformanceTests {
  /// Small files for the data sets that need the user's, by option.
  static func files() throws -> [String: [UInt8]] {
    let pixels = (0..<80).map { UInt8($0 * 3) }
    let rows = (0..<20).map { row in
      (0..<64).map { String((row + $0) % 17) }.joined(separator: ",") + ",\(row % 10)\n"
    }
    let values = (0..<60).map { Double($0) }
    var images: [String: [UInt8]] = [:]
    for index in 0..<20 {
      images["images/\(index % 2)/\(index).png"] = try PNGFixture.file(
        width: 2, .grey, [UInt8(index), 7, 8, 9])
    }
    return images.merging([
      "train-images-idx3-ubyte": .idx([20, 2, 2], pixels),
      "train-labels-idx1-ubyte.gz": try [UInt8].idx([20], (0..<20).map { UInt8($0 % 10) })
        .gzipped(),
      "t10k-images-idx3-ubyte.gz": try [UInt8].idx([10, 2, 2], Array(pixels[..<40])).gzipped(),
      "t10k-labels-idx1-ubyte": .idx([10], Array(0..<10)),
      "text.txt": Array("it was the best of times, it was the worst of times".utf8),
      "digits.csv": Array(rows.joined().utf8),
      "array.npy": .npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (20, 3), }\n",
        values.flatMap { value in
          (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
        }),
      "samples.safetensors": SafetensorsFile.encode([
        SafetensorsTensor("samples", shape: [20, 3], .float64(values))
      ]),
    ]) { $1 }
  }

  /// Values for mandatory options.
  static let given: [String: [String: OptionValue]] = [
    "text": ["path": .text("text.txt")],
    "mnist": ["data_dir": .text(".")],
    "fashion-mnist": ["data_dir": .text(".")],
    "digits": ["path": .text("digits.csv")],
    "npy": ["path": .text("array.npy")],
    "safetensors": ["path": .text("samples.safetensors")],
    "image-folder": ["path": .text("images"), "size": .integer(2)],
  ]

  @Test func namesAreUniqueAndWellFormed() {
    let names = DatasetRegistry.all.map { $0.component.name }
    #expect(names.count == 18)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(name)")
    }
    for type in DatasetRegistry.all {
      let component = type.component
      #expect(component.summary.hasSuffix("."), "\(component.name)")
      #expect(Set(component.options.map(\.name)).count == component.options.count)
      for option in component.options {
        #expect(option.help.hasSuffix("."), "\(component.name).\(option.name)")
        guard let standard = option.defaultValue else { continue }
        #expect(throws: Never.self, "default of \(component.name).\(option.name)") {
          try option.kind.resolve(standard).get()
        }
      }
    }
    #expect(DatasetRegistry.named("no-such-set") == nil)
  }

  @Test(arguments: DatasetRegistry.all.map { $0.component.name })
  func conforms(_ name: String) throws {
    try Fixtures.withFiles(DatasetConformanceTests.files()) { directory in
      let dataset = try Fixtures.dataset(
        name, DatasetConformanceTests.given[name] ?? [:], directory: directory)
      let training = try dataset.training(key: RandomKey(seed: 1))
      try expectSound(training, of: dataset, origin: .real)
      #expect(training.count == dataset.count)
      #expect(training.provenance.summary == "real:\(dataset.count)")
      let held = try dataset.heldOut(key: RandomKey(seed: 2))
      try expectSound(held, of: dataset, origin: .real)
      #expect(held.count > 0)
      // More than there is of a finite set.
      for count in [0, 1, 7, 50] {
        let fresh = try dataset.fresh(count, key: RandomKey(seed: 3))
        try expectSound(fresh, of: dataset, origin: .fresh)
        #expect(fresh.count == count)
      }
      expectKeyed(
        try dataset.fresh(50, key: RandomKey(seed: 4)),
        try dataset.fresh(50, key: RandomKey(seed: 4)),
        try dataset.fresh(50, key: RandomKey(seed: 5)))
      if dataset is any DrawnDataset {
        expectKeyed(
          training, try dataset.training(key: RandomKey(seed: 1)),
          try dataset.training(key: RandomKey(seed: 2)))
        expectKeyed(
          held, try dataset.heldOut(key: RandomKey(seed: 2)),
          try dataset.heldOut(key: RandomKey(seed: 3)))
      } else {
        let again = try dataset.training(key: RandomKey(seed: 2))
        #expect(training.reals == again.reals && training.labels == again.labels)
        let same = try dataset.heldOut(key: RandomKey(seed: 3))
        #expect(held.reals == same.reals && held.labels == same.labels)
      }
    }
  }

  /// A second value made from the same options gives the same samples.
  @Test(arguments: DatasetRegistry.all.map { $0.component.name })
  func isDetermined(_ name: String) throws {
    try Fixtures.withFiles(DatasetConformanceTests.files()) { directory in
      let options = DatasetConformanceTests.given[name] ?? [:]
      let first = try Fixtures.dataset(name, options, directory: directory)
      let second = try Fixtures.dataset(name, options, directory: directory)
      let a = try first.training(key: RandomKey(seed: 9))
      let b = try second.training(key: RandomKey(seed: 9))
      #expect(a.reals == b.reals && a.indices == b.indices && a.labels == b.labels)
    }
  }

  private func expectKeyed(_ first: SampleSet, _ same: SampleSet, _ other: SampleSet) {
    #expect(
      first.reals == same.reals && first.indices == same.indices && first.labels == same.labels)
    #expect(first.reals != other.reals || first.indices != other.indices)
  }

  private func expectSound(_ set: SampleSet, of dataset: any Dataset, origin: Origin) throws {
    #expect(set.space == dataset.space)
    #expect(set.reals.count + set.indices.count == set.count * set.space.width)
    #expect(set.reals.allSatisfy { $0.isFinite })
    #expect(set.provenance.counts.allSatisfy { $0.origin == origin })
    switch set.space {
    case .categories(let count): #expect(set.indices.allSatisfy { (0..<Int32(count)).contains($0) })
    case .tokens(let contexts, let vocabulary):
      for row in 0..<set.count {
        #expect((0..<Int32(contexts)).contains(set.indices[2 * row]))
        #expect((0..<Int32(vocabulary)).contains(set.indices[2 * row + 1]))
      }
    case .images: #expect(set.reals.allSatisfy { (0...1).contains($0) })
    case .vectors, .regression: break
    }
  }
}
