/// A named array, as safetensors files hold them.
public struct SafetensorsTensor: Sendable, Hashable {
  /// The elements, row-major.
  public enum Values: Sendable, Hashable {
    case float32([Float])
    case float64([Double])
    case int32([Int32])
    case int64([Int64])
    case uint8([UInt8])

    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int32(let values): values.count
      case .int64(let values): values.count
      case .uint8(let values): values.count
      }
    }

    public var type: SafetensorsType {
      switch self {
      case .float32: .float32
      case .float64: .float64
      case .int32: .int32
      case .int64: .int64
      case .uint8: .uint8
      }
    }
  }

  public let name: String
  public let shape: [Int]
  public let values: Values

  public init(_ name: String, shape: [Int], _ values: Values) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.name = name
    self.shape = shape
    self.values = values
  }
}
