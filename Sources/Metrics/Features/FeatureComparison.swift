import Options
import Samples
import Synchronization

/// The features of a metric, for its real side and its model side.
struct FeatureComparison: Sendable {
  let kind: FeatureKind
  let extractor: any FeatureExtractor
  private let store: FeatureStore
  private let metric: String
  var width: Int { extractor.width }

  /// - Throws: `ComponentError` when the reference has no such features; what
  ///   `FeatureStore.extractor` throws.
  init(_ options: OptionValues, _ reference: Reference, metric: String) throws {
    store = reference.features
    self.metric = metric
    kind = try FeatureOptions.kind(
      options, space: reference.space, store: store, metric: metric)
    extractor = try store.extractor(kind, space: reference.space, metric: metric)
  }

  /// Some of the real samples' features, and what was derived from them before.
  struct Part: Sendable {
    /// [count×width]
    let values: [Double]
    let count: Int
    private let table: FeatureTable

    init(_ values: [Double], width: Int, table: FeatureTable) {
      self.values = values
      count = values.count / width
      self.table = table
    }

    func derived<Value: Sendable>(_ name: String, make: () throws -> Value) rethrows -> Value {
      try table.derived(name, rows: count, make: make)
    }
  }

  /// The features of at most `limit` samples of a real set.
  ///
  /// - Throws: `ComponentError` for fewer than `minimum` samples and for numbers that are not finite.
  func real(_ samples: SampleSet, limit: Int, minimum: Int = 2) throws -> Part {
    let table = store.table(of: samples, kind)
    let part = Part(
      try table.values(first: limit, of: samples, by: extractor), width: width, table: table)
    guard part.count >= minimum, part.values.allSatisfy(\.isFinite) else {
      throw ComponentError(metric, "needs at least \(minimum) finite real samples")
    }
    return part
  }

  /// The features of at most `limit` samples of a generation; `nil` for fewer than `minimum` and where
  /// one is not finite.
  func model(_ subject: Subject, limit: Int, minimum: Int = 2) throws -> Part? {
    guard subject.samples.count >= minimum, let features = subject.features else { return nil }
    let table = features.table(of: subject, kind, store: store)
    let part = Part(
      try table.values(first: limit, of: subject.samples, by: extractor), width: width, table: table)
    return part.count >= minimum && part.values.allSatisfy(\.isFinite) ? part : nil
  }
}

/// The features of one generation's samples by extractor, shared by the metrics that measure it.
final class SubjectFeatures: Sendable {
  private struct Key: Hashable {
    let store: ObjectIdentifier
    let kind: FeatureKind
  }

  /// With its store, which thereby stays: a later one cannot have the same identity.
  private let tables = Mutex<[Key: (table: FeatureTable, store: FeatureStore)]>([:])

  func table(of subject: Subject, _ kind: FeatureKind, store: FeatureStore) -> FeatureTable {
    let key = Key(store: ObjectIdentifier(store), kind: kind)
    return tables.withLock { tables in
      if let kept = tables[key] { return kept.table }
      let table = FeatureTable(count: subject.samples.count, key: subject.key)
      tables[key] = (table, store)
      return table
    }
  }
}
