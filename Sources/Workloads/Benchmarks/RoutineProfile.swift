import Engine

/// Where the time of a routine goes.
public struct RoutineProfile: Sendable {
  /// One instruction with all its runs in one run of the routine.
  public struct Line: Sendable {
    public let phase: String
    public let index: Int
    public let cost: InstructionCost
    /// Of one run.
    public let seconds: Double
    public let repetitions: Int
    public var total: Double { seconds * Double(repetitions) }
  }

  /// In the order of execution.
  public let lines: [Line]

  /// - Parameter runs: of every program; the least time of each instruction counts.
  public init(_ routine: Routine, runs: Int) throws(ProgramError) {
    let seconds = try routine.profile(runs: runs)
    lines = zip(routine.phases, seconds).flatMap { phase, seconds in
      seconds.indices.map {
        Line(
          phase: phase.name, index: $0, cost: phase.program.costs[$0], seconds: seconds[$0],
          repetitions: phase.repetitions)
      }
    }
  }

  /// Seconds of one run of the routine.
  public var seconds: Double { lines.reduce(0) { $0 + $1.total } }

  /// The share of the time that goes to a kind of instruction.
  public func share(_ kind: InstructionCost.Kind) -> Double {
    lines.reduce(0) { $1.cost.kind == kind ? $0 + $1.total : $0 } / seconds
  }

  /// Operations a second while products and convolutions run.
  public var contractionRate: Double {
    let contractions = lines.filter { $0.cost.kind == .product || $0.cost.kind == .convolution }
    let operations = contractions.reduce(0) { $0 + $1.cost.operations * Double($1.repetitions) }
    return operations / contractions.reduce(0) { $0 + $1.total }
  }
}
