import Options
import Randomness
import Samples

/// How the user's arrays make a pool: [n] gives n numbers, [n, …] n vectors of the rest, and
/// [n, channels, height, width] n images.
enum ArrayPool {
  /// - Parameters:
  ///   - values: [product of `shape`], row-major.
  ///   - labels: one a sample, or `nil`.
  ///   - path: of the file, for messages.
  /// - Throws: `DataError.malformed` for an array without samples or with a value that is not
  ///   finite; `ComponentError` for impossible sizes.
  static func make(
    values: [Double], shape: [Int], labels: [Int32]?, path: String, options: OptionValues,
    subset: SamplePool.Subset, component: String
  ) throws -> SamplePool {
    guard let count = shape.first, count > 0, values.count > 0 else {
      throw DataError.malformed(path: path, reason: "an array of shape \(shape) holds no samples")
    }
    let width = values.count / count
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw DataError.malformed(
        path: path, reason: "sample \(index / width) holds \(values[index])")
    }
    let parts = try PoolOptions.split(
      count, fraction: options[PoolOptions.heldOutFraction], subset: subset,
      key: options.subsetKey(.heldOutData), component: component)
    let all = RowStore.reals(values)
    func part(_ rows: [Int]) -> SamplePool.Part {
      SamplePool.Part(
        rows: .reals(all.values(of: rows, width: width)),
        labels: labels.map { labels in rows.map { labels[$0] } })
    }
    let space: SampleSpace =
      shape.count == 4
      ? .images(channels: shape[1], height: shape[2], width: shape[3]) : .vectors(dimension: width)
    return try SamplePool(
      space: space, candidates: part(parts.training),
      heldOut: part(parts.heldOut), limit: PoolOptions.number(options[PoolOptions.limit]),
      subset: subset, key: options.subsetKey(.order), component: component)
  }

  /// Class labels from an array of whole numbers.
  ///
  /// - Throws: `DataError.malformed` for another number of them, or one that is no 32-bit integer.
  static func labels(
    _ values: [Double], shape: [Int], count: Int, path: String
  ) throws -> [Int32] {
    guard shape == [count] else {
      throw DataError.malformed(
        path: path, reason: "labels of shape \(shape), expected [\(count)]")
    }
    return try values.map { value in
      guard let label = Int32(exactly: value) else {
        throw DataError.malformed(path: path, reason: "label \(value) is not a whole number")
      }
      return label
    }
  }
}
