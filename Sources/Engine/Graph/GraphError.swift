/// A mistake in a graph: operands that an operation cannot take.
public struct GraphError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The operation, for example `matmul`.
  public var operation: String
  /// What is wrong, with the shapes and types of all operands.
  public var problem: String
  /// The line of source that made the call; for an operator, which cannot know it, the lines that
  /// made its operands.
  public var site: String

  public var description: String { "\(site): \(operation): \(problem)" }
}

/// What an operation says of operands that it cannot take; the graph adds where and which.
public struct OperandProblem: Error, Sendable {
  public var problem: String
  public init(_ problem: String) { self.problem = problem }
}

/// A line of source.
public struct Site: Sendable, Hashable, CustomStringConvertible {
  public var file: String
  public var line: Int

  public init(_ file: StaticString, _ line: Int) {
    self.file = "\(file)"
    self.line = line
  }

  public var description: String { "\(file):\(line)" }
}
