/// The number of a process in a communicator, from 0.
public struct Rank: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let number: Int

  /// - Parameter number: from 0 up; a negative number traps.
  public init(_ number: Int) {
    precondition(number >= 0, "rank \(number) is negative")
    self.number = number
  }

  /// Rank 0: by convention the root, the coordinator, the one that prints.
  public static let root = Rank(0)

  public static func < (left: Rank, right: Rank) -> Bool { left.number < right.number }

  public var description: String { "\(number)" }

  var raw: Int32 { Int32(number) }
}

/// The kind of a message; a receiver can ask for one kind alone.
public struct Tag: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  public let number: Int32

  /// - Parameter number: 0 … 32,767, the range that every MPI library has; others trap.
  public init(_ number: Int) {
    precondition((0...32_767).contains(number), "tag \(number) is outside 0 … 32767")
    self.number = Int32(number)
  }

  public init(integerLiteral value: Int) { self.init(value) }

  public var description: String { "\(number)" }
}

/// What is known of a message before it is received.
public struct Envelope: Equatable, Sendable {
  public let source: Rank
  public let tag: Tag
  public let byteCount: Int

  /// The number of elements of a type; traps where the bytes are no whole number of them.
  public func count<T: MPIScalar>(of type: T.Type) -> Int {
    let (count, rest) = byteCount.quotientAndRemainder(dividingBy: MemoryLayout<T>.stride)
    precondition(rest == 0, "\(byteCount) bytes are no whole number of \(T.self)")
    return count
  }
}
