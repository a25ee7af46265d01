/// Where the numbers that a training step adds over shards stand: flat buckets that are sent one by
/// one, in the order in which a backward pass finishes them.
struct GradientBuckets {
  /// A tensor's place.
  struct Place {
    var bucket: Int
    /// In elements; a multiple of 16, a whole cache line.
    var offset: Int
  }

  /// Elements from which on a bucket is full, 1 MiB: enough that starting a message costs nothing
  /// beside it, few enough that the first is on its way long before the last is computed.
  static let fullCount = 1 << 18

  /// Elements of each bucket.
  private(set) var counts: [Int] = [0]
  /// Of the measures and averages, in their order, at the head of the first bucket: they are known
  /// before any gradient.
  private(set) var extras: [Place] = []
  /// Of the gradients, in the order of the variables; the last layers come first.
  private(set) var gradients: [Place] = []

  /// - Parameters:
  ///   - extras: elements of each measure and each average.
  ///   - gradients: elements of each variable, from the first layer to the last.
  init(extras: [Int], gradients: [Int]) {
    self.extras = extras.map { add($0) }
    let reversed = gradients.reversed().map { count in
      if counts[counts.count - 1] >= Self.fullCount { counts.append(0) }
      return add(count)
    }
    self.gradients = reversed.reversed()
  }

  private mutating func add(_ count: Int) -> Place {
    let last = counts.count - 1
    let place = Place(bucket: last, offset: counts[last])
    counts[last] += (count + 15) / 16 * 16
    return place
  }
}

/// The memory of the buckets of one rank.
final class BucketMemory {
  let buckets: [UnsafeMutableBufferPointer<Float>]

  /// Zeros, between the places too: these are added with the rest.
  init(_ counts: [Int]) { buckets = counts.map { AlignedMemory.allocate(Float.self, count: $0) } }

  deinit { for bucket in buckets { AlignedMemory.free(bucket) } }

  /// A variable in the memory of a place.
  func variable(_ name: String, _ shape: [Int], at place: GradientBuckets.Place) -> Variable {
    let start = buckets[place.bucket].baseAddress! + place.offset
    return Variable(
      name, shape, values: UnsafeMutableBufferPointer(start: start, count: shape.reduce(1, *)),
      of: self)
  }
}
