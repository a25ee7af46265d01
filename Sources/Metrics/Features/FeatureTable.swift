import Randomness
import Samples
import Synchronization

/// The features of one set of samples by one extractor, made when they are first asked for.
///
/// Rows are taken in one random order, so that what needs few samples and what needs many share
/// the first ones. They are made in blocks of that order: a row's features are the same whoever
/// asks first.
package final class FeatureTable: Sendable {
  private struct Key: Hashable {
    let name: String
    let rows: Int
  }

  private struct Contents {
    var order: [Int]
    var values: [Double] = []
    var derived: [Key: any Sendable] = [:]
  }

  /// A multiple of the networks' batch.
  private static let block = 4 * NetworkFeatures.batch

  /// Samples of the set.
  package let count: Int
  private let contents: Mutex<Contents>

  /// - Parameter key: of the order.
  package init(count: Int, key: RandomKey) {
    self.count = count
    var stream = RandomStream(key: key)
    contents = Mutex(Contents(order: stream.permutation(count)))
  }

  /// Bytes of the features so far.
  var bytes: Int { contents.withLock { 8 * $0.values.count } }

  /// The features of the first `limit` samples in the table's order, or of all where there are no
  /// more: [min(limit, count)×width].
  ///
  /// - Parameter samples: the set, the same in every call.
  package func values(
    first limit: Int, of samples: SampleSet, by extractor: any FeatureExtractor
  ) throws -> [Double] {
    precondition(samples.count == count, "\(samples.count) samples, \(count) before")
    let wanted = min(limit, count)
    let width = extractor.width
    return try contents.withLock { kept in
      var done = kept.values.count / width
      while done < wanted {
        let rows = kept.order[done..<min(done + Self.block, count)]
        kept.values += try extractor.features(of: samples.selecting(Array(rows)))
        done += rows.count
      }
      return done == wanted ? kept.values : Array(kept.values[..<(wanted * width)])
    }
  }

  /// What follows from the first `rows` samples' features, kept under a name. Two threads that ask
  /// at the same time may both make it.
  package func derived<Value: Sendable>(
    _ name: String, rows: Int, make: () throws -> Value
  ) rethrows -> Value {
    let key = Key(name: name, rows: min(rows, count))
    if let kept = contents.withLock({ $0.derived[key] }) {
      guard let value = kept as? Value else {
        preconditionFailure("\(name) is a \(type(of: kept)), not a \(Value.self)")
      }
      return value
    }
    let value = try make()
    contents.withLock { $0.derived[key] = value }
    return value
  }
}
