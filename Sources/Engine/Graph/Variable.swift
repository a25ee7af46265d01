/// A tensor that keeps its values from one run of a program to the next: a weight, a running mean, a
/// moment of an optimiser. Programs built on the same variable share its memory.
///
/// Not thread-safe: a rank computes on one thread.
public final class Variable {
  /// The name under which it is saved, unique in its model, as in PyTorch's `state_dict`:
  /// `encoder.fc1.weight`.
  public let name: String
  public let shape: [Int]
  /// Whether an optimiser changes it.
  public let isTrainable: Bool
  /// How its values are laid out in a file.
  public let fileLayout: FileLayout
  /// [shape], row-major, aligned to 64 bytes.
  public let values: UnsafeMutableBufferPointer<Float>
  /// What the memory belongs to; nil where it is the variable's own.
  private let owner: AnyObject?

  /// A variable of zeros.
  public init(
    _ name: String, _ shape: [Int], isTrainable: Bool = true, fileLayout: FileLayout = .same
  ) {
    self.name = name
    self.shape = shape
    self.isTrainable = isTrainable
    self.fileLayout = fileLayout
    values = AlignedMemory.allocate(Float.self, count: shape.reduce(1, *))
    owner = nil
  }

  /// A variable that is not trainable, in a part of the memory of `owner`.
  ///
  /// - Parameter values: as many as the shape has, aligned to 64 bytes.
  init(_ name: String, _ shape: [Int], values: UnsafeMutableBufferPointer<Float>, of owner: AnyObject) {
    precondition(values.count == shape.reduce(1, *), "\(name): \(values.count) values for \(shape)")
    self.name = name
    self.shape = shape
    isTrainable = false
    fileLayout = .same
    self.values = values
    self.owner = owner
  }

  deinit { if owner == nil { AlignedMemory.free(values) } }

  public var count: Int { values.count }

  /// Its values as an array.
  public var array: [Float] { Array(values) }

  /// Replaces all values.
  public func assign(_ newValues: some Collection<Float>) {
    precondition(newValues.count == count, "\(name): \(newValues.count) values for \(shape)")
    _ = values.update(fromContentsOf: newValues)
  }
}

extension Variable: Hashable {
  public static func == (left: Variable, right: Variable) -> Bool { left === right }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// How a variable's values lie in a file whose convention is PyTorch's, where ours differs:
/// convolutions work on channels-last images.
public enum FileLayout: Sendable, Hashable {
  case same
  /// Seen as `shape`, the axes are brought into the order `axes`, then seen as `fileShape`.
  case permuted(shape: [Int], axes: [Int], fileShape: [Int])
}
