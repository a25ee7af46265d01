/// One step of training, built once and run many times: forward pass, backward pass and optimiser, over
/// the shards of a batch and the ranks that share them.
///
/// The loss of the step is the mean over shards of the losses of the shards, so that with means over
/// samples in shards of one size it is that of the whole batch. The weights have the same bits on every
/// rank and for any number of ranks; they depend on the number of shards.
///
/// With one shard in all, the step is one program, and every rank runs it. With more, every rank runs
/// the program of a shard for each of its own, the gradients are added over all shards while the last
/// of them is computed, and every rank runs the optimiser.
///
/// ```swift
/// let step = try TrainingStep(optimiser, shards: LocalShards(shards: 4)) { graph in
///   .init(loss: model.loss(graph.input("x", [32, 784])))
/// }
/// try step.run { program, shard in
///   program.setKey(key.shard(shard))
///   program.input("x").update(fromContentsOf: images[shard])
/// }
/// print(step.value("loss"))
/// ```
///
/// Not thread-safe: a rank computes on one thread.
public final class TrainingStep {
  /// What a step computes for one shard.
  public struct Content {
    /// What is made smaller, []: a mean over the samples of the shard.
    public var loss: Tensor
    /// What can be read besides, each [] and a mean over the samples of the shard.
    public var measures: [(name: String, value: Tensor)]
    /// Variables that are not trainable and take the mean over shards of a tensor of their shape, such
    /// as the running means of a batch normalisation.
    public var averaged: [(Variable, Tensor)]
    /// Updates computed from variables alone, such as the vectors of a spectral normalisation: made once
    /// a step in the graph that it is given. They see the variables as they were before the step.
    public var once: (Graph) -> [Update]

    public init(
      loss: Tensor, measures: [(name: String, value: Tensor)] = [],
      averaged: [(Variable, Tensor)] = [], once: @escaping (Graph) -> [Update] = { _ in [] }
    ) {
      self.loss = loss
      self.measures = measures
      self.averaged = averaged
      self.once = once
    }

    /// The loss and the measures.
    var means: [(name: String, value: Tensor)] { [("loss", loss)] + measures }
  }

  /// The program of a shard; with one shard in all it is the whole step.
  public let program: Program
  /// The optimiser's program, where there is more than one shard.
  public var updateProgram: Program? { division?.updateProgram }
  /// What can be read after a run: `loss` and the measures.
  public let measures: [String]

  private let shards: any ShardExchange
  private let division: Division?
  /// For every variable the norm of its gradient, summed over shards; empty where not reported.
  private let norms: [Variable]

  /// - Parameters:
  ///   - optimiser: its variables have the same values on every rank.
  ///   - shards: who has which shards.
  ///   - reportsGradientNorm: whether `gradientNorm` can be read.
  ///   - build: makes the content of one shard in a graph; called once.
  /// - Throws: `ProgramError`, or what `shards` throws.
  /// - Communication: that of `ShardExchange.makeSum`; none with one shard in all.
  public init(
    _ optimiser: Optimiser, shards: any ShardExchange = LocalShards(),
    options: ProgramOptions = ProgramOptions(), reportsGradientNorm: Bool = true,
    build: (Graph) -> Content
  ) throws {
    let graph = Graph()
    let content = build(graph)
    try Self.check(content)
    let norms = reportsGradientNorm ? optimiser.variables.map(Self.norm) : []
    if shards.shards == 1 {
      let updates =
        optimiser.updates(minimising: content.loss, norms: norms)
        + content.averaged.map { Update.assign($0, $1) } + content.once(graph)
      program = try Program(
        graph, outputs: Dictionary(content.means.map { ($0, $1) }) { first, _ in first },
        updates: updates, options: options)
      division = nil
    } else {
      let division = try Division(
        content, in: graph, optimiser, norms: norms, shards: shards, options: options)
      program = division.shardProgram
      self.division = division
    }
    self.shards = shards
    self.norms = norms
    measures = content.means.map(\.name)
  }

  private static func check(_ content: Content) throws(ProgramError) {
    var names: Set<String> = []
    for (name, value) in content.means {
      guard names.insert(name).inserted else { throw .request("two measures are called \(name)") }
      guard value.count == 1 else { throw .request("the measure \(name) \(value.type) is no scalar") }
    }
  }

  private static func norm(of variable: Variable) -> Variable {
    Variable("\(variable.name).gradient_norm", [], isTrainable: false)
  }

  /// One step.
  ///
  /// - Parameters:
  ///   - prepare: fills the inputs and sets the keys of the program for a shard; called for each of
  ///     the rank's own shards, with one shard in all on every rank.
  ///   - poll: called between instructions. An error of it ends the step; where other ranks take part,
  ///     they wait for this one, so it has to end the job.
  /// - Throws: `ProgramError`, or what the exchange, `prepare` or `poll` throw.
  /// - Communication: collective; twice the gradients a rank; blocks in the end.
  public func run(
    prepare: (Program, _ shard: Int) throws -> Void, poll: () throws -> Void = {}
  ) throws {
    guard let division else {
      try prepare(program, 0)
      try program.run(poll: poll)
      return
    }
    try division.run(prepare, poll)
  }

  /// The mean of a measure over all shards in the last run.
  ///
  /// - Parameter measure: one of `measures`; others trap.
  public func value(_ measure: String) -> Float {
    guard let number = measures.firstIndex(of: measure) else {
      preconditionFailure("no measure \(measure); there are \(measures)")
    }
    guard let division else { return program.output(measure)[0] }
    return division.sum(ofExtra: number) / Float(shards.shards)
  }

  /// The Euclidean norm of the gradient of the loss with respect to all weights together in the last
  /// run, before any clipping. Traps where it is not reported.
  public var gradientNorm: Float {
    precondition(!norms.isEmpty, "the step does not report the norm of its gradient")
    let squares = norms.reduce(0) { $0 + Double($1.values[0]) * Double($1.values[0]) }
    return Float(squares.squareRoot() / Double(shards.shards))
  }
}
