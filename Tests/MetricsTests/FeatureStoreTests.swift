import Engine
import Metrics
import Options
import Randomness
import Samples
import Synchronization
import TestSupport
import Testing

private typealias Fixtures = FeatureFixtures

/// Files in memory.
private final class Shelf: Sendable {
  let files = Mutex<[String: [UInt8]]>([:])
  let saves = Mutex(0)
  let reads = Mutex(0)

  func store(_ samples: SampleSet, byteLimit: Int = 1 << 29) -> FeatureStore {
    FeatureStore(
      real: {
        self.reads.withLock { $0 += 1 }
        return samples
      },
      resolve: { "/study/" + $0 },
      load: { name in self.files.withLock { $0[name] } },
      save: { name, bytes in
        self.saves.withLock { $0 += 1 }
        self.files.withLock { $0[name] = bytes }
      }, byteLimit: byteLimit)
  }

  var names: [String] { files.withLock { $0.keys.sorted() } }
}

/// The first number of every sample, with a count of the samples asked for.
private final class CountingFeatures: FeatureExtractor {
  let width = 1
  let asked = Mutex<[Int]>([])
  func features(of samples: SampleSet) -> [Double] {
    asked.withLock { $0.append(samples.count) }
    return (0..<samples.count).map { samples.reals[$0 * samples.space.width] }
  }
}

@Suite struct FeatureStoreTests {
  private let images = Fixtures.images(240, seed: 11)

  private func lenet(
    _ store: FeatureStore, _ space: SampleSpace? = nil
  ) throws -> any FeatureClassifier {
    let made = try store.extractor(.lenet, space: space ?? images.space, metric: "frechet")
    return try #require(made as? any FeatureClassifier)
  }

  @Test func weightsAreTrainedOnceAndLoadedAfterwards() throws {
    let shelf = Shelf()
    let store = shelf.store(images)
    let trained = try lenet(store)
    #expect(trained.width == 84 && trained.classes == [2, 3, 5, 7])
    _ = try lenet(store)
    #expect(shelf.saves.withLock { $0 } == 1 && shelf.reads.withLock { $0 } == 1)
    let name = try #require(shelf.names.first)
    #expect(name.wholeMatch(of: /features-lenet-[0-9a-f]{16}\.safetensors/) != nil)
    let loaded = try lenet(shelf.store(images))
    #expect(shelf.saves.withLock { $0 } == 1)
    let held = Fixtures.images(300, seed: 12)
    let features = try trained.features(of: held)
    #expect(try loaded.features(of: held).map(\.bitPattern) == features.map(\.bitPattern))
    #expect(loaded.predictions(of: features) == trained.predictions(of: features))
    // Trained anew: the same bytes. Other data or labels: another name.
    let again = Shelf()
    _ = try lenet(again.store(images))
    #expect(again.files.withLock { $0[name] } == shelf.files.withLock { $0[name] })
    var relabelled = images
    relabelled.labels?[0] = 3
    for other in [relabelled, Fixtures.images(240, seed: 13)] { _ = try lenet(shelf.store(other)) }
    #expect(shelf.names.count == 3)
  }

  @Test func damagedWeightsAreAnError() throws {
    let shelf = Shelf()
    _ = try lenet(shelf.store(images))
    let name = try #require(shelf.names.first)
    let bytes = try #require(shelf.files.withLock { $0[name] })
    func reading(_ damaged: [UInt8]) throws {
      shelf.files.withLock { $0[name] = damaged }
      _ = try lenet(shelf.store(images))
    }
    var flipped = bytes
    flipped[bytes.count / 2] ^= 1
    #expect(throws: FeatureError.self) { try reading(flipped) }
    flipped = bytes
    flipped[bytes.count - 1] ^= 128
    #expect(throws: FeatureError.self) { try reading(flipped) }
    for short in [[], Array(bytes.dropLast()), Array(bytes[..<100])] {
      #expect(throws: SafetensorsError.self) { try reading(short) }
    }
    // Weights of another network under this name.
    let other = Shelf()
    _ = try lenet(other.store(Fixtures.images(240, seed: 11, labels: [1, 1, 1, 2])))
    let foreign = try #require(other.files.withLock { $0.values.first })
    #expect(throws: WeightsError.self) { try reading(foreign) }
    #expect(throws: FeatureError.self) {
      try reading(SafetensorsFile.encode(try tensors(of: bytes, name)))
    }
    #expect(shelf.saves.withLock { $0 } == 1)
    try reading(bytes)
  }

  /// The tensors of a file, without its metadata.
  private func tensors(of bytes: [UInt8], _ name: String) throws -> [SafetensorsTensor] {
    let file = try SafetensorsFile(bytes, path: name)
    return try file.entries.map {
      SafetensorsTensor(
        $0.name, shape: $0.shape, .float32(try file.reals($0).map { Float($0) }))
    }
  }

  @Test func preparing() throws {
    let shelf = Shelf()
    let store = shelf.store(images)
    func prepare(_ type: any Metric.Type, _ given: [String: OptionValue] = [:]) throws {
      try store.prepare(
        type.component, options: options(type.component, given), space: images.space)
    }
    try prepare(MomentsMetric.self)
    try prepare(FrechetMetric.self, ["features": .text("pixels")])
    #expect(shelf.reads.withLock { $0 } == 0)
    try prepare(PrecisionRecallMetric.self)
    try prepare(ClassesMetric.self)
    #expect(shelf.saves.withLock { $0 } == 1)
    #expect(throws: ComponentError.self) {
      try prepare(FrechetMetric.self, ["features": .text("digits")])
    }
    // A worker that finds the weights.
    let worker = shelf.store(images)
    let reference = Fixtures.reference(training: images, heldOut: images, features: worker)
    let values = try Fixtures.measure(FrechetMetric.self, reference, Fixtures.subject(images))
    #expect(values["distance"]! < 1e-9 && shelf.saves.withLock { $0 } == 1)
  }

  @Test func refusals() throws {
    var unlabelled = images
    unlabelled.labels = nil
    let one = Fixtures.images(60, seed: 1, labels: [4, 4, 4, 4])
    let vectors = Fixtures.vectors(60, dimension: 5, seed: 1)
    func refused(
      _ samples: SampleSet, _ given: [String: OptionValue], mentions: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let error = #expect(throws: ComponentError.self, sourceLocation: sourceLocation) {
        try Fixtures.measure(
          FrechetMetric.self,
          Fixtures.reference(
            training: samples, heldOut: samples, features: Shelf().store(samples)),
          Fixtures.subject(samples), given)
      }
      #expect(
        error?.component == "frechet" && error?.message.contains(mentions) == true,
        "\(String(describing: error))", sourceLocation: sourceLocation)
    }
    let lenet: [String: OptionValue] = ["features": .text("lenet")]
    try refused(unlabelled, lenet, mentions: "labels")
    try refused(one, lenet, mentions: "two classes")
    try refused(vectors, lenet, mentions: "4×4")
    let digits: [String: OptionValue] = ["features": .text("digits"), "weights": .text("w")]
    try refused(images, ["features": .text("digits")], mentions: "weights")
    try refused(images, digits, mentions: "28×28")
    let large = Fixtures.images(4, seed: 1, height: 28, width: 28)
    try refused(large, digits, mentions: "/study/w")
    try refused(vectors, ["features": .text("principal-components")], mentions: "components")
    let bad = Fixtures.with(images.reals.map { $0 > 1.5 ? .nan : $0 }, like: images)
    try refused(bad, lenet, mentions: "finite")
    // Without labels or with one class the automatic choice is the pixels.
    for samples in [unlabelled, one] {
      let plain = try Fixtures.measure(
        FrechetMetric.self, Fixtures.reference(training: samples, heldOut: samples),
        Fixtures.subject(samples))
      #expect(plain["distance"]! < 1e-9)
    }
  }

  @Test func chainsShareReferenceSets() throws {
    let heldOut = Fixtures.vectors(300, dimension: 4, seed: 1)
    let training = Fixtures.vectors(300, dimension: 4, seed: 2)
    let samples = Fixtures.vectors(300, dimension: 4, seed: 3, scale: 1.1)
    let store = Shelf().store(training)
    var results: [[String: Double]] = []
    for key in 1...3 as ClosedRange<UInt64> {
      let reference = Fixtures.reference(
        training: training, heldOut: heldOut, key: key, features: store)
      for type in [FrechetMetric.self as any Metric.Type, PrecisionRecallMetric.self] {
        results.append(
          try Fixtures.measure(
            type, reference, Fixtures.subject(samples), ["samples": .integer(150)]))
      }
    }
    #expect(store.keptSets == 1)
    // The same real samples are chosen for every chain.
    #expect(results[0] == results[2] && results[1] == results[3] && results[1] == results[5])
    let other = Fixtures.reference(
      training: training, heldOut: Fixtures.vectors(300, dimension: 4, seed: 4), features: store)
    _ = try NearestRealMetric(options: options(NearestRealMetric.component), reference: other)
    #expect(store.keptSets == 3)
    // 300·4 numbers of 8 bytes a set: room for one.
    let small = Shelf().store(training, byteLimit: 15_000)
    for seed in 1...5 as ClosedRange<UInt64> {
      let reference = Fixtures.reference(
        training: training, heldOut: Fixtures.vectors(300, dimension: 4, seed: seed),
        features: small)
      _ = try FrechetMetric(options: options(FrechetMetric.component), reference: reference)
      #expect(small.keptSets <= 2)
    }
  }

  @Test func featuresAreMadeOnce() throws {
    let samples = Fixtures.vectors(5000, dimension: 2, seed: 1)
    let counting = CountingFeatures()
    let table = FeatureTable(count: 5000, key: RandomKey(seed: 4))
    let few = try table.values(first: 700, of: samples, by: counting)
    let many = try table.values(first: 3000, of: samples, by: counting)
    let all = try table.values(first: 9000, of: samples, by: counting)
    #expect(few.count == 700 && many.count == 3000 && all.count == 5000)
    #expect(few == Array(many[..<700]) && many == Array(all[..<3000]))
    #expect(Set(all) == Set((0..<5000).map { samples.reals[2 * $0] }))
    #expect(counting.asked.withLock { $0 }.reduce(0, +) == 5000)
    // Asked the other way round: the same order.
    let fresh = FeatureTable(count: 5000, key: RandomKey(seed: 4))
    #expect(try fresh.values(first: 9000, of: samples, by: counting) == all)
    var made = 0
    let derived = [700, 700, 9000, 5000].map { rows in
      table.derived("rows", rows: rows) { () -> Int in
        made += 1
        return rows
      }
    }
    // 9000 and 5000 are both all rows.
    #expect(derived == [700, 700, 9000, 9000])
    #expect(made == 2)
    // A generation's metrics share its features too.
    let shelf = Shelf()
    let reference = Fixtures.reference(
      training: images, heldOut: images, features: shelf.store(images))
    let subject = Fixtures.subject(Fixtures.images(300, seed: 5))
    let first = try Fixtures.measure(FrechetMetric.self, reference, subject)
    _ = try Fixtures.measure(DensityCoverageMetric.self, reference, subject)
    #expect(try Fixtures.measure(FrechetMetric.self, reference, subject) == first)
  }

  /// One generation measured against two data sets: each has features of its own.
  @Test func subjectsKeepFeaturesByStore() throws {
    func stretched(_ axis: Int, seed: UInt64) -> SampleSet {
      let set = Fixtures.vectors(200, dimension: 2, seed: seed)
      return Fixtures.with(
        set.reals.enumerated().map { $0.offset % 2 == axis ? 9 * $0.element : $0.element }, like: set)
    }
    let first: [String: OptionValue] = [
      "features": .text("principal-components"), "components": .integer(1),
    ]
    let samples = stretched(0, seed: 3)
    let subject = Fixtures.subject(samples)
    var distances: [Double] = []
    for axis in 0..<2 {
      let reference = Fixtures.reference(
        training: stretched(axis, seed: 1), heldOut: stretched(axis, seed: 2))
      let shared = try Fixtures.measure(FrechetMetric.self, reference, subject, first)
      let alone = try Fixtures.measure(
        FrechetMetric.self, reference, Fixtures.subject(samples), first)
      #expect(shared == alone)
      distances.append(shared["distance"]!)
    }
    // Along the first axis both are wide; along the second the samples are narrow: (9 − 1)².
    #expect(distances[0] < 4)
    expectClose(distances[1], 64, relative: 0.3)
  }

  @Test func hashes() {
    func hash(_ values: [Double]) -> UInt64 {
      var hash = SampleHash()
      hash.add(values)
      return hash.value
    }
    let values = Fixtures.vectors(101, dimension: 1, seed: 1).reals
    var seen: Set<UInt64> = [hash(values), hash([]), hash([0]), hash([-0.0]), hash([0, 0])]
    for place in values.indices {
      var changed = values
      changed[place] = changed[place].nextUp
      seen.insert(hash(changed))
    }
    seen.insert(hash(values.reversed()))
    seen.insert(hash(Array(values.dropLast())))
    #expect(seen.count == 108)
  }

  @Test func imagesBecomeChannelsLast() throws {
    let samples = Fixtures.images(5, seed: 1, channels: 3, height: 4, width: 6)
    let shape = try #require(ImageShape(samples.space))
    let input = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3 * shape.count)
    defer { input.deallocate() }
    input.update(repeating: 7)
    shape.copy([3, 1], of: samples.reals, into: input)
    let picked = samples.selecting([3, 1]).reals
    let expected = ImageOrder.channelsLast([2, 3, 4, 6], picked).values.map { Double(Float($0)) }
    #expect(input.map(Double.init) == expected + [Double](repeating: 0, count: shape.count))
  }

  /// Three channels, sides that the pooling does not divide, and rows of a last, shorter batch.
  @Test(arguments: [(1, 8, 8), (3, 9, 11), (1, 4, 5)])
  func classifiers(channels: Int, height: Int, width: Int) throws {
    func set(_ count: Int, seed: UInt64, noise: Double) -> SampleSet {
      Fixtures.images(
        count, seed: seed, channels: channels, height: height, width: width, noise: noise,
        classes: [0, 1])
    }
    let noise = 0.15
    let training = set(500, seed: 31, noise: noise)
    let classifier = try lenet(FeatureStore(real: { training }), training.space)
    let held = set(400, seed: 32, noise: noise)
    let features = try classifier.features(of: held)
    #expect(features.count == 400 * 84 && features.allSatisfy { $0 >= 0 && $0.isFinite })
    let right = zip(classifier.predictions(of: features), held.labels ?? []).count {
      classifier.classes[$0] == $1
    }
    print("images \(channels)×\(height)×\(width): \(right) of 400 right")
    #expect(right >= 380)
    // A sample that is not finite spoils its own row only.
    var damaged = held
    damaged.reals[2 * held.space.width] = -.infinity
    damaged.reals[5 * held.space.width] = 1e200
    let found = try classifier.features(of: damaged)
    for row in 0..<400 {
      let values = found[row * 84..<(row + 1) * 84]
      if row == 2 || row == 5 {
        #expect(values.allSatisfy { $0.isNaN })
      } else {
        #expect(Array(values) == Array(features[row * 84..<(row + 1) * 84]))
      }
    }
  }

  /// Threads take turns with a network.
  @Test func manyThreads() async throws {
    let classifier = try lenet(Shelf().store(images))
    let held = Fixtures.images(300, seed: 12)
    let expected = try classifier.features(of: held)
    try await withThrowingTaskGroup(of: [Double].self) { group in
      for _ in 0..<4 { group.addTask { try classifier.features(of: held) } }
      for try await found in group { #expect(found == expected) }
    }
  }
}
