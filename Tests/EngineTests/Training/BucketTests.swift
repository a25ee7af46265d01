import Engine
import TestSupport
import Testing

/// How a step hands its gradients over.
@Suite struct BucketTests {
  /// Rows of a batch.
  private static let rows = 8

  /// Shards of this process that note what a step asks for and when.
  private final class Recorder: ShardExchange, ShardSum {
    enum Event: Equatable { case begin, add(shard: Int, bucket: Int), progress, finish }

    private let local: LocalShards
    private var localSum: (any ShardSum)?
    private(set) var buckets: [Int] = []
    var events: [Event] = []

    init(shards: Int) { local = LocalShards(shards: shards) }

    var shards: Int { local.shards }
    var ownShards: Range<Int> { local.ownShards }
    var rank: Int { 0 }
    var ranks: Int { 1 }
    func gather(_ own: [Float], counts: [Int]) -> [Float] { own }
    func agree(_ flag: Bool) -> Bool { flag }

    func makeSum(buckets: [Int]) -> any ShardSum {
      self.buckets = buckets
      localSum = local.makeSum(buckets: buckets)
      return self
    }

    func begin() throws {
      events.append(.begin)
      try localSum?.begin()
    }
    func add(shard: Int, bucket: Int, _ values: UnsafeBufferPointer<Float>) throws {
      events.append(.add(shard: shard, bucket: bucket))
      try localSum?.add(shard: shard, bucket: bucket, values)
    }
    func progress() { events.append(.progress) }
    func finish() throws {
      events.append(.finish)
      try localSum?.finish()
    }
    func sum(bucket: Int) -> UnsafeBufferPointer<Float> { localSum!.sum(bucket: bucket) }
  }

  /// A chain of products [n, n], each of `width`² weights.
  private func step(
    _ exchange: any ShardExchange, width: Int, layers: Int
  ) throws -> (TrainingStep, [Variable]) {
    let weights = (0..<layers).map { Variable("layer\($0)", [width, width]) }
    for weight in weights {
      for index in weight.values.indices { weight.values[index] = Float(index % 7 - 3) / Float(8 * width) }
    }
    let step = try TrainingStep(
      Optimiser(rule: .sgd(), variables: weights, learningRate: 1), shards: exchange
    ) { graph in
      let x = graph.input("x", [Self.rows / exchange.shards, width])
      let y = weights.reduce(x) { ($0.matmul(graph.value(of: $1)) + $0).tanh() }
      return .init(loss: y.square().average())
    }
    return (step, weights)
  }

  private func run(_ step: TrainingStep) throws {
    try step.run { program, shard in
      let x = program.input("x")
      for index in x.indices { x[index] = Float((index + shard * x.count) * 37 % 101) / 101 }
    }
  }

  @Test func smallModelsHaveOneBucket() throws {
    let recorder = Recorder(shards: 2)
    let (step, _) = try step(recorder, width: 50, layers: 3)
    // 16 for the loss; every gradient begins a cache line.
    #expect(recorder.buckets == [16 + 3 * 2_512])
    try run(step)
    let adds = recorder.events.filter { if case .add = $0 { true } else { false } }
    #expect(adds == [.add(shard: 0, bucket: 0), .add(shard: 1, bucket: 0)])
  }

  /// Buckets of 1 MiB and more, the last layers first, handed over while the program runs.
  @Test func largeModelsHaveBucketsThatAreAddedOnTheWay() throws {
    let recorder = Recorder(shards: 2)
    let (step, _) = try step(recorder, width: 400, layers: 5)
    #expect(recorder.buckets == [16 + 2 * 160_000, 2 * 160_000, 160_000])
    try run(step)
    #expect(recorder.events.first == .begin && recorder.events.last == .finish)
    let count = step.program.costs.count
    #expect(recorder.events.count { $0 == .progress } == 2 * count)
    for shard in 0..<2 {
      let places = try (0..<3).map { bucket in
        try #require(recorder.events.firstIndex(of: .add(shard: shard, bucket: bucket)))
      }
      #expect(places == places.sorted() && Set(places).count == 3)
      // The first bucket is there when two of the five layers are done; until the last a quarter of the
      // instructions follows at least.
      let left = recorder.events[places[0]..<places[2]].count { $0 == .progress }
      #expect(left * 4 >= count, "\(left) of \(count)")
    }
  }

  /// Every gradient of several buckets reaches its weight: against a step of the whole batch.
  @Test func largeModelsTakeTheStepOfTheBatch() throws {
    let (divided, weights) = try step(Recorder(shards: 2), width: 400, layers: 5)
    let (whole, expected) = try step(LocalShards(), width: 400, layers: 5)
    for _ in 0..<2 {
      try run(divided)
      try run(whole)
    }
    for (weight, other) in zip(weights, expected) {
      expectClose(
        weight.values.map(Double.init), other.values.map(Double.init), relative: 1e-5,
        absolute: 1e-7)
    }
    let start = try step(LocalShards(), width: 400, layers: 5).1
    for (weight, other) in zip(weights, start) {
      let moved = zip(weight.values, other.values).map { abs($0 - $1) }.max() ?? 0
      #expect(moved > 1e-5, "\(weight.name) moved by \(moved)")
    }
  }
}
