/// A few samples of one generation, kept to be looked at: images with 8 bits a value, points in single
/// precision, categories as they are.
public struct Preview: Sendable, Equatable {
  public enum Encoding: String, Sendable, CaseIterable {
    /// One byte a value: low + (high − low) · byte / 255.
    case uint8
    /// Little-endian IEEE single precision.
    case float32
    /// Little-endian.
    case int32

    /// Bytes a value.
    public var size: Int { self == .uint8 ? 1 : 4 }
  }

  /// The generation of the real training data, which come before every model's.
  public static let real = -1

  public let generation: Int
  /// The number of samples first, then the shape of one.
  public let shape: [Int]
  public let encoding: Encoding
  /// What the bytes 0 and 255 stand for; 0 and 0 for the other encodings.
  public let low: Double
  public let high: Double
  /// `encoding.size` bytes a value, row-major.
  public let data: [UInt8]

  /// - Returns: nil where the bytes do not fill the shape, or a dimension is negative.
  public init?(
    generation: Int, shape: [Int], encoding: Encoding, low: Double = 0, high: Double = 0,
    data: [UInt8]
  ) {
    var values = 1
    for extent in shape {
      let (product, overflow) = values.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      values = product
    }
    guard generation >= Self.real, !shape.isEmpty, data.count % encoding.size == 0,
      data.count / encoding.size == values
    else { return nil }
    self.generation = generation
    self.shape = shape
    self.encoding = encoding
    self.low = low
    self.high = high
    self.data = data
  }

  /// Images or other values of a known range: [count × …] row-major; what lies outside is clipped and
  /// NaN is `low`.
  public init(generation: Int, shape: [Int], values: ArraySlice<Double>, low: Double, high: Double) {
    let scale = high > low ? 255 / (high - low) : 0
    let data = values.map { value -> UInt8 in
      let scaled = ((value - low) * scale).rounded()
      return scaled > 0 ? UInt8(min(scaled, 255)) : 0
    }
    self.init(filled: generation, shape, .uint8, low, high, data)
  }

  /// Points: [count × …] row-major.
  public init(generation: Int, shape: [Int], values: ArraySlice<Double>) {
    var data: [UInt8] = []
    data.reserveCapacity(4 * values.count)
    for value in values { data.append(word: Float(value).bitPattern) }
    self.init(filled: generation, shape, .float32, 0, 0, data)
  }

  /// Categories or tokens: [count × …] row-major.
  public init(generation: Int, shape: [Int], indices: ArraySlice<Int32>) {
    var data: [UInt8] = []
    data.reserveCapacity(4 * indices.count)
    for index in indices { data.append(word: UInt32(bitPattern: index)) }
    self.init(filled: generation, shape, .int32, 0, 0, data)
  }

  private init(
    filled generation: Int, _ shape: [Int], _ encoding: Encoding, _ low: Double, _ high: Double,
    _ data: [UInt8]
  ) {
    guard
      let preview = Preview(
        generation: generation, shape: shape, encoding: encoding, low: low, high: high, data: data)
    else {
      preconditionFailure("\(data.count) bytes of \(encoding.rawValue) for the shape \(shape)")
    }
    self = preview
  }
}
