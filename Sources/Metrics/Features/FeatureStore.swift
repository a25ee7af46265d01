import Engine
import Options
import Randomness
import Samples
import Synchronization

/// Feature extractors, and the features of reference sets, that all chains of a process on one data
/// set share.
///
/// Trained weights are offered to `save` and looked for by `load`, under names such as
/// `features-lenet-0123456789abcdef.safetensors` with the hash of the data they were trained on.
public final class FeatureStore: Sendable {
  /// Most real samples that an extractor is made from.
  static let realLimit = 10_000

  private struct TableKey: Hashable {
    let kind: FeatureKind
    let hash: UInt64
  }

  private struct Tables {
    var kept: [TableKey: (table: FeatureTable, used: Int)] = [:]
    var clock = 0
  }

  private struct Makers {
    var extractors: [FeatureKind: any FeatureExtractor] = [:]
    var classes: Int?
    /// Held from the first question about the real data until an extractor was made of them.
    var real: SampleSet?
  }

  private let real: @Sendable () throws -> SampleSet
  private let resolve: @Sendable (String) -> String
  private let load: @Sendable (String) throws -> [UInt8]?
  private let save: @Sendable (String, [UInt8]) throws -> Void
  private let byteLimit: Int
  private let makers = Mutex(Makers())
  private let tables = Mutex(Tables())

  /// - Parameters:
  ///   - real: the data set's training samples, with labels where it has them; the same in every
  ///     process of a run. Called when an extractor needs them.
  ///   - resolve: a file name of the user's → a path.
  ///   - load: kept bytes of a name; `nil` where there are none.
  ///   - save: keeps bytes under a name.
  ///   - byteLimit: features of reference sets that are kept at most; those used least recently go
  ///     first.
  public init(
    real: @escaping @Sendable () throws -> SampleSet,
    resolve: @escaping @Sendable (String) -> String = { $0 },
    load: @escaping @Sendable (String) throws -> [UInt8]? = { _ in nil },
    save: @escaping @Sendable (String, [UInt8]) throws -> Void = { _, _ in },
    byteLimit: Int = 1 << 29
  ) {
    self.real = real
    self.resolve = resolve
    self.load = load
    self.save = save
    self.byteLimit = byteLimit
  }

  // MARK: Extractors

  /// Makes the extractor that a metric with these options will ask for, so that a network is trained
  /// once, before ranks start. Does nothing for a metric without features.
  ///
  /// - Throws: `ComponentError` where the metric would refuse the data; what `extractor` throws.
  public func prepare(
    _ component: Component, options: OptionValues, space: SampleSpace
  ) throws {
    guard component.options.contains(FeatureOptions.features.spec) else { return }
    let kind = try FeatureOptions.kind(
      options, space: space, store: self, metric: component.name)
    _ = try extractor(kind, space: space, metric: component.name)
  }

  /// The extractor of a kind, made once.
  ///
  /// - Parameter metric: for messages.
  /// - Throws: `ComponentError` when the space or the real data do not have these features;
  ///   `SafetensorsError`, `WeightsError` and `FeatureError` for kept weights that are damaged;
  ///   `FeatureError.diverged`, `Interrupted`; what the closures throw.
  public func extractor(
    _ kind: FeatureKind, space: SampleSpace, metric: String
  ) throws -> any FeatureExtractor {
    try makers.withLock { makers in
      if let made = makers.extractors[kind] { return made }
      let made = try make(kind, space: space, metric: metric, &makers)
      makers.extractors[kind] = made
      return made
    }
  }

  /// The number of classes among the real samples that extractors are made from; 0 without labels.
  func realClasses() throws -> Int {
    try makers.withLock { makers in
      if let classes = makers.classes { return classes }
      let classes = Set(try realSamples(&makers).labels ?? []).count
      makers.classes = classes
      // A classifier will be asked for next, and made from the same samples.
      if classes < 2 { makers.real = nil }
      return classes
    }
  }

  /// At most `realLimit` real samples, chosen under a fixed key.
  private func realSamples(_ makers: inout Makers) throws -> SampleSet {
    if let kept = makers.real { return kept }
    var samples = try real()
    if samples.count > Self.realLimit {
      var stream = RandomStream(key: RandomKey(seed: 0).folding(.order))
      samples = samples.selecting(stream.sample(Self.realLimit, of: samples.count))
    }
    makers.real = samples
    return samples
  }

  private func make(
    _ kind: FeatureKind, space: SampleSpace, metric: String, _ makers: inout Makers
  ) throws -> any FeatureExtractor {
    switch kind {
    case .pixels: return PixelFeatures(space)
    case .digits(let weights):
      guard let image = ImageShape(space), DigitNetwork.fits(image) else {
        throw ComponentError(
          metric, "'features: digits' needs grey images of 28×28 pixels, not \(space.description)")
      }
      let path = resolve(weights)
      do {
        return try NetworkFeatures(classes: DigitNetwork.classes) {
          try DigitNetwork(image, weights: path)
        }
      } catch let error where error is SafetensorsError || error is WeightsError {
        throw ComponentError(metric, "the option 'weights': \(error)")
      }
    case .principalComponents(let count):
      let samples = try finite(realSamples(&makers), space: space, metric: metric)
      guard count <= space.width, count < samples.count else {
        throw ComponentError(
          metric,
          "\(count) principal components of \(samples.count) samples with \(space.width) numbers; "
            + "lower 'components'")
      }
      guard let features = ComponentFeatures(samples, count: count) else {
        throw ComponentError(metric, "the principal components do not converge")
      }
      makers.real = nil
      return features
    case .lenet:
      let samples = try finite(realSamples(&makers), space: space, metric: metric)
      let network = try lenet(samples, metric: metric)
      makers.real = nil
      return network
    }
  }

  private func finite(
    _ samples: SampleSet, space: SampleSpace, metric: String
  ) throws -> SampleSet {
    guard samples.space == space, samples.reals.allSatisfy(\.isFinite) else {
      throw ComponentError(
        metric, "the real data, \(samples.space.description), are not finite \(space.description)")
    }
    return samples
  }

  /// The classifier of these samples: loaded where it is kept, otherwise trained and offered for
  /// keeping.
  private func lenet(_ samples: SampleSet, metric: String) throws -> NetworkFeatures {
    guard let image = ImageShape(samples.space), LeNet.fits(image) else {
      throw ComponentError(
        metric,
        "'features: lenet' needs images of at least 4×4 pixels, not \(samples.space.description)")
    }
    let classes = Set(samples.labels ?? []).sorted()
    guard classes.count > 1 else {
      throw ComponentError(
        metric, "'features: lenet' needs real data with labels of two classes at least")
    }
    let name = "features-lenet-\(samples.hash(withLabels: true).text).safetensors"
    return try NetworkFeatures(classes: classes) {
      if let bytes = try load(name) {
        return try LeNet(decoding: bytes, name: name, image: image, classes: classes.count)
      }
      let trained = try LeNet.trained(
        on: samples, image: image, classes: classes, key: RandomKey(seed: 0).folding(.fit))
      try save(name, try trained.encoded(name: name))
      return trained
    }
  }

  // MARK: Features of reference sets

  /// The table of a reference set: one for all sets with the same bits. The order of its rows depends
  /// on those bits alone, so that all chains compare with the same real samples.
  func table(of samples: SampleSet, _ kind: FeatureKind) -> FeatureTable {
    let key = TableKey(kind: kind, hash: samples.hash().value)
    return tables.withLock { tables in
      tables.clock += 1
      let table =
        tables.kept[key]?.table
        ?? FeatureTable(
          count: samples.count, key: RandomKey(seed: key.hash).folding(.measure))
      tables.kept[key] = (table, tables.clock)
      forgetOld(&tables)
      return table
    }
  }

  /// Lets go of the tables used least recently, until the others fit; never of the newest one.
  private func forgetOld(_ tables: inout Tables) {
    var bytes = tables.kept.values.reduce(0) { $0 + $1.table.bytes }
    while bytes > byteLimit, tables.kept.count > 1,
      let oldest = tables.kept.min(by: { $0.value.used < $1.value.used })
    {
      bytes -= oldest.value.table.bytes
      tables.kept[oldest.key] = nil
    }
  }

  /// The reference sets whose features are kept.
  package var keptSets: Int { tables.withLock { $0.kept.count } }
}
