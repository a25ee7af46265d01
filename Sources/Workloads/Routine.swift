import Engine
import Randomness

/// Programs that run one after the other, some of them several times: a training step, or the drawing
/// of a batch. Running it allocates nothing.
public final class Routine {
  /// One program of a routine.
  public struct Phase {
    /// `critic`, `generator`; empty where it is the only one.
    public let name: String
    public let program: Program
    /// How often it runs, each time with fresh inputs.
    public let repetitions: Int
    /// Nodes of its graph.
    public let nodes: Int
    /// What building the graph and the program took; the memory of variables is not part of it.
    public let secondsToBuild: Double
    /// Fills the inputs before run number n of this phase, counted from 0 over all runs of the routine.
    let prepare: (Program, Int) -> Void

    /// Builds the program of the outputs and updates that `build` adds to a graph.
    ///
    /// - Throws: `ProgramError`.
    init(
      _ name: String = "", options: ProgramOptions, repetitions: Int = 1,
      prepare: @escaping (Program, Int) -> Void = { _, _ in },
      build: (Graph) -> (outputs: [String: Tensor], updates: [Update])
    ) throws {
      let clock = ContinuousClock()
      let start = clock.now
      let graph = Graph()
      let (outputs, updates) = build(graph)
      program = try Program(graph, outputs: outputs, updates: updates, options: options)
      secondsToBuild = (clock.now - start) / .seconds(1)
      nodes = graph.nodes.count
      self.name = name
      self.repetitions = repetitions
      self.prepare = prepare
    }
  }

  public let phases: [Phase]
  /// Samples (images, sequences, points) that one run trains on or draws; below 1 where a sample takes
  /// many runs.
  public let samples: Double
  private let key: RandomKey
  private var runs = 0

  /// - Parameter key: every run of a program has a key of its own within it.
  init(_ phases: [Phase], samples: Double, key: RandomKey) {
    self.phases = phases
    self.samples = samples
    self.key = key
  }

  /// One step.
  public func run() throws(ProgramError) {
    for (index, phase) in phases.enumerated() {
      for repetition in 0..<phase.repetitions {
        let number = runs * phase.repetitions + repetition
        prepare(phase, index, number)
        try phase.program.run()
      }
    }
    runs += 1
  }

  /// The loss after the last run: that of the last program.
  public var loss: Float { phases.last.map { $0.program.output("loss")[0] } ?? .nan }

  /// Seconds of every instruction of every phase, the least of `runs` runs each.
  public func profile(runs: Int) throws(ProgramError) -> [[Double]] {
    var seconds: [[Double]] = []
    for (index, phase) in phases.enumerated() {
      prepare(phase, index, self.runs * phase.repetitions)
      seconds.append(try phase.program.profile(runs: runs))
    }
    return seconds
  }

  private func prepare(_ phase: Phase, _ index: Int, _ number: Int) {
    phase.program.setKey(key.folding(UInt64(index)).folding(UInt64(number)))
    phase.prepare(phase.program, number)
  }

  /// Floating-point operations of one run in products and convolutions.
  public var contractionOperations: Double {
    phases.reduce(0) { $0 + Double($1.repetitions) * $1.program.contractionOperations }
  }

  /// What building all graphs and programs took.
  public var secondsToBuild: Double { phases.reduce(0) { $0 + $1.secondsToBuild } }

  /// Bytes of the arenas of all programs.
  public var arenaBytes: Int { phases.reduce(0) { $0 + $1.program.arenaBytes } }
}
