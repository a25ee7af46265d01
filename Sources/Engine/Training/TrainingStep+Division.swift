extension TrainingStep {
  /// A step of more than one shard: a program that leaves the gradients of a shard in flat buckets, their
  /// sum over all shards, and a program that updates the weights from it.
  final class Division {
    let shardProgram: Program
    let updateProgram: Program
    private let sum: any ShardSum
    private let ownShards: Range<Int>
    private let memory: BucketMemory
    /// Places of the loss, the measures and the averages.
    private let extras: [GradientBuckets.Place]
    /// The buckets in the order in which the program finishes them, and its instructions that do.
    private let finishes: [(instruction: Int, bucket: Int)]

    /// - Parameter content: of one shard, in `graph`.
    init(
      _ content: Content, in graph: Graph, _ optimiser: Optimiser, norms: [Variable],
      shards: any ShardExchange, options: ProgramOptions
    ) throws {
      let variables = optimiser.variables
      let gradients = Engine.gradients(
        of: content.loss, withRespectTo: variables.map { graph.value(of: $0) })
      let extras = content.means + content.averaged.map { ($0.name, $1) }
      let buckets = GradientBuckets(
        extras: extras.map(\.value.count), gradients: variables.map(\.count))
      let memory = BucketMemory(buckets.counts)

      // Products and reductions write straight into these variables: nothing is copied.
      let named = extras + zip(variables, gradients).map { ("\($0.name).gradient", $1) }
      let places = buckets.extras + buckets.gradients
      let targets = zip(named, places).map { memory.variable($0.name, $0.value.shape, at: $1) }
      let program = try Program(
        graph, outputs: [:], updates: zip(targets, named).map { .assign($0, $1.value) },
        options: options)
      finishes = buckets.counts.indices.map { bucket in
        let own = zip(targets, places).filter { $0.1.bucket == bucket }
        return (own.compactMap { program.instruction(finishing: $0.0) }.max() ?? 0, bucket)
      }.sorted { $0 < $1 }

      let sum = try shards.makeSum(buckets: buckets.counts)
      let update = Graph()
      func total(_ shape: [Int], _ place: GradientBuckets.Place) -> Tensor {
        let values = UnsafeMutableBufferPointer(mutating: sum.sum(bucket: place.bucket))
        let part = values[place.offset..<place.offset + shape.reduce(1, *)]
        return update.value(
          of: Variable("sum", shape, values: UnsafeMutableBufferPointer(rebasing: part), of: sum))
      }
      let totals = zip(variables, buckets.gradients).map { total($0.shape, $1) }
      let averages = zip(content.averaged, buckets.extras.dropFirst(content.means.count)).map {
        Update.assign($0.0, total($0.1.shape, $1) / Float(shards.shards))
      }
      updateProgram = try Program(
        update, outputs: [:],
        updates: optimiser.updates(
          gradients: totals, dividedBy: shards.shards, norms: norms, in: update)
          + averages + content.once(update),
        options: options)
      shardProgram = program
      self.sum = sum
      self.memory = memory
      self.extras = buckets.extras
      ownShards = shards.ownShards
    }

    /// One step.
    func run(_ prepare: (Program, Int) throws -> Void, _ poll: () throws -> Void) throws {
      try sum.begin()
      for shard in ownShards {
        try prepare(shardProgram, shard)
        var next = 0
        // A bucket is added as soon as it is there: it is still in the caches, and with the last shard
        // its messages have the rest of the backward pass to arrive.
        try shardProgram.run { instruction in
          while next < finishes.count, finishes[next].instruction <= instruction {
            try add(finishes[next].bucket, of: shard)
            next += 1
          }
          try sum.progress()
          try poll()
        }
        // Of a program without instructions.
        for finish in finishes[next...] { try add(finish.bucket, of: shard) }
      }
      try sum.finish()
      try updateProgram.run(poll: poll)
    }

    private func add(_ bucket: Int, of shard: Int) throws {
      try sum.add(shard: shard, bucket: bucket, UnsafeBufferPointer(memory.buckets[bucket]))
    }

    /// The sum over all shards of the loss or a measure, by number.
    func sum(ofExtra number: Int) -> Float {
      sum.sum(bucket: extras[number].bucket)[extras[number].offset]
    }
  }
}
