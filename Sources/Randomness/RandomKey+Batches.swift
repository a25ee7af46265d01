import CKernels

/// Many keys at once: what a model that runs many chains side by side needs. The numbers are those
/// of the keys one by one; a short row of 10 costs a seventh.
extension Array where Element == RandomKey {
  /// `key.generation(generation)` of each key.
  public func generation(_ generation: Int) -> [RandomKey] {
    folding(UInt64(bitPattern: Int64(generation)), at: .generation)
  }

  /// `key.folding(purpose)` of each key.
  public func folding(_ purpose: Purpose) -> [RandomKey] { folding(purpose.rawValue, at: .purpose) }

  /// `key.shard(shard)` of each key.
  public func shard(_ shard: Int) -> [RandomKey] {
    folding(UInt64(bitPattern: Int64(shard)), at: .shard)
  }

  private func folding(_ value: UInt64, at level: RandomKey.Level) -> [RandomKey] {
    var words = map(\.word)
    words.withUnsafeMutableBufferPointer {
      ckernels_random_fold($0.baseAddress, $0.count, value, level.rawValue, $0.baseAddress)
    }
    return words.map { RandomKey(seed: $0) }
  }
}

/// Eight keys folded together: one instruction stream instead of eight, and no array.
public struct RandomKeyOctet: Sendable {
  private var words: InlineArray<8, UInt64>

  /// - Parameter keys: eight at most; the places after them hold keys that nobody should use.
  public init(_ keys: [RandomKey]) {
    precondition(keys.count <= 8, "\(keys.count) keys")
    words = InlineArray { $0 < keys.count ? keys[$0].word : 0 }
  }

  public subscript(index: Int) -> RandomKey { RandomKey(seed: words[index]) }

  /// `key.generation(generation)` of each key.
  public func generation(_ generation: Int) -> RandomKeyOctet {
    var folded = self
    var span = folded.words.mutableSpan
    span.withUnsafeMutableBufferPointer {
      ckernels_random_fold(
        $0.baseAddress, 8, UInt64(bitPattern: Int64(generation)),
        RandomKey.Level.generation.rawValue, $0.baseAddress)
    }
    return folded
  }
}

extension RandomStream {
  /// `count` standard normal numbers of each key: row i is what `fillNormals` gives on a fresh
  /// stream of keys[i]. Even counts are faster.
  ///
  /// - Returns: [keys × count], row-major.
  public static func normals(_ count: Int, ofEach keys: [RandomKey]) -> [Double] {
    precondition(count >= 0, "\(count) numbers")
    return [Double](unsafeUninitializedCapacity: keys.count * count) { buffer, filled in
      fillNormals(buffer, ofEach: keys)
      filled = keys.count * count
    }
  }

  /// Fills `values` [keys × count], row-major, with standard normal numbers: row i is what
  /// `fillNormals` gives on a fresh stream of keys[i].
  ///
  /// - Parameter values: a multiple of the number of keys long.
  public static func fillNormals(
    _ values: UnsafeMutableBufferPointer<Double>, ofEach keys: [RandomKey]
  ) {
    guard !keys.isEmpty, !values.isEmpty else { return }
    let count = values.count / keys.count
    precondition(
      count * keys.count == values.count, "\(values.count) numbers for \(keys.count) keys")
    ckernels_random_normals_of_keys(keys.map(\.word), keys.count, 0, values.baseAddress, count)
  }
}
