/// Why a program could not be built or run.
public enum ProgramError: Error, Sendable, CustomStringConvertible {
  /// The graph holds mistakes; the first is given, with how many there are.
  case graph(GraphError, count: Int)
  /// An index outside its table.
  case indexOutOfRange(operation: String, position: Int, index: Int32, rows: Int)
  /// A request that fits no program: a name given twice, an update of another shape.
  case request(String)
  /// A fault of the engine itself.
  case internalFault(String)

  public var description: String {
    switch self {
    case .graph(let error, let count):
      count > 1 ? "\(error) (and \(count - 1) more)" : "\(error)"
    case .indexOutOfRange(let operation, let position, let index, let rows):
      "\(operation): index \(index) at position \(position) is outside the \(rows) rows of the table"
    case .request(let problem): problem
    case .internalFault(let problem): "internal fault of the engine: \(problem)"
    }
  }
}
