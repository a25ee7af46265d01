import Engine
import MPI

/// Training steps whose batch is divided into shards and whose shards are divided over the ranks of a
/// group.
///
/// A step runs one program for each of the rank's shards (forward and backward), adds the gradients of
/// all shards in the fixed tree, and runs the optimiser on every rank. The loss is the mean over
/// shards. The weights have the same bits on every rank and for any number of ranks; they depend on
/// the number of shards.
public final class ShardedTraining {
  /// The program of a shard: input and keys are set on it before `run`.
  public let shardProgram: Program
  private let updateProgram: Program
  private var reducer: ShardReducer
  /// The gradients of one shard one behind the other, then its loss.
  private let gradients: Variable
  /// The mean loss of the last step.
  public private(set) var loss: Float = .nan

  /// - Parameters:
  ///   - optimiser: its variables have the same values on every rank.
  ///   - shards: at least 1.
  ///   - loss: builds the mean loss of one shard, a scalar, in a graph.
  /// - Throws: `ProgramError`.
  public init(
    _ optimiser: Optimiser, shards: Int, group: Communicator,
    options: ProgramOptions = ProgramOptions(), loss: (Graph) -> Tensor
  ) throws(ProgramError) {
    let variables = optimiser.variables
    let total = variables.reduce(0) { $0 + $1.count }
    gradients = Variable("gradients", [total + 1], isTrainable: false)
    let graph = Graph()
    let value = loss(graph)
    let parts = Engine.gradients(
      of: value, withRespectTo: variables.map { graph.value(of: $0) })
    let flat = concatenate((parts + [value]).map { $0.reshaped([-1]) }, along: 0)
    shardProgram = try Program(
      graph, outputs: [:], updates: [.assign(gradients, flat)], options: options)

    let update = Graph()
    let sum = update.value(of: gradients)
    var start = 0
    let means = variables.map { variable in
      defer { start += variable.count }
      return (sum.sliced(along: 0, from: start, count: variable.count) * (1 / Float(shards)))
        .reshaped(variable.shape)
    }
    updateProgram = try Program(
      update, outputs: [:], updates: optimiser.updates(gradients: means, in: update),
      options: options)
    reducer = ShardReducer(shards: shards, group: group)
  }

  /// The shards of this rank.
  public var ownShards: Range<Int> { reducer.ownShards }

  /// One step.
  ///
  /// - Parameter prepare: fills inputs and keys of the program for a shard.
  /// - Throws: `ProgramError`, `MPIError`, or what `prepare` throws.
  /// - Communication: collective.
  public func step(prepare: (Program, _ shard: Int) throws -> Void) throws {
    for shard in ownShards {
      try prepare(shardProgram, shard)
      try shardProgram.run()
      reducer.add(shard: shard, UnsafeBufferPointer(gradients.values))
    }
    try reducer.finish(gradients.values)
    loss = gradients.values[gradients.count - 1] / Float(reducer.shards)
    try updateProgram.run()
  }
}
