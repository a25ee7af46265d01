import Engine
import Options
import Randomness
import Samples

/// Batches of a training set without end: every epoch passes over the set once in an order of its own.
/// A batch may hold the end of one epoch and the beginning of the next.
///
/// What is drawn is a function of the set, the key and the number of samples drawn before: a fit that is
/// taken up again skips to its place.
struct Minibatches {
  /// Numbers a sample.
  let width: Int
  /// Samples an epoch.
  let count: Int
  private let key: RandomKey
  private let order: SampleOrder
  /// Gives the samples of an epoch where every epoch has new ones.
  private let refresh: ((_ epoch: Int) throws -> SampleSet)?
  /// [count × width]
  private var values: [Float] = []
  /// [count], empty where the set has none.
  private var labels: [Int32] = []
  private var epoch = -1
  private var permutation: [Int] = []
  private var position = 0
  /// The last batch: [samples × width] and [samples].
  private(set) var batch: [Float] = []
  private(set) var batchLabels: [Int32] = []

  /// - Throws: `FitError.degenerate` for an empty set, `.notFinite` for values that are not finite.
  init(
    _ training: TrainingSet<NoStatistics>, order: SampleOrder, key: RandomKey
  ) throws {
    width = training.space.width
    count = training.count
    guard count > 0 else { throw FitError.degenerate("the training set is empty") }
    self.key = key
    self.order = order
    refresh = training.refresh
    if refresh == nil { try load(training.samples) }
  }

  /// Draws the next `size` samples into `batch` and `batchLabels`.
  mutating func next(_ size: Int) throws {
    batch.removeAll(keepingCapacity: true)
    batchLabels.removeAll(keepingCapacity: true)
    for _ in 0..<size {
      if position == permutation.count { try begin(epoch + 1) }
      let row = permutation[position]
      batch += values[row * width..<(row + 1) * width]
      if !labels.isEmpty { batchLabels.append(labels[row]) }
      position += 1
    }
  }

  /// Goes to where `drawn` samples have been drawn.
  mutating func skip(to drawn: Int) throws {
    guard drawn > 0 else { return }
    try begin((drawn - 1) / count)
    position = drawn - epoch * count
  }

  private mutating func begin(_ epoch: Int) throws {
    self.epoch = epoch
    if let refresh { try load(refresh(epoch)) }
    var stream = RandomStream(key: key.folding(UInt64(epoch)))
    permutation = stream.permutation(count)
    position = 0
  }

  private mutating func load(_ samples: SampleSet) throws {
    values.removeAll(keepingCapacity: true)
    values.reserveCapacity(samples.count * width)
    for row in 0..<samples.count {
      order.append(samples.reals[row * width..<(row + 1) * width], to: &values)
    }
    guard values.allSatisfy(\.isFinite) else { throw FitError.notFinite(quantity: "a training sample") }
    labels = samples.labels ?? []
  }

  /// The smallest and the largest value, of the first epoch where every epoch has new samples.
  mutating func range() throws -> ClosedRange<Float> {
    if values.isEmpty { try begin(0) }
    return (values.min() ?? 0)...(values.max() ?? 0)
  }
}

extension Minibatches {
  /// Copies rows of the last batch into the inputs `x`, and `labels` where the program has them.
  func copy(rows: Range<Int>, into program: Program, as name: String = "x") {
    batch.withUnsafeBufferPointer { batch in
      _ = program.input(name).update(
        fromContentsOf: batch[rows.lowerBound * width..<rows.upperBound * width])
    }
    if program.hasInput("labels") {
      _ = program.integerInput("labels").update(fromContentsOf: batchLabels[rows])
    }
  }
}

/// Samples of each shard of a batch.
///
/// - Throws: `ComponentError` where the batch does not divide.
func batchPart(_ batch: Int, shards: Int, component: String) throws -> Int {
  guard batch % shards == 0 else {
    throw ComponentError(component, "a batch of \(batch) does not divide into \(shards) shards")
  }
  return batch / shards
}

/// The number of training samples of each class; empty for a model without classes.
///
/// - Throws: `FitError.degenerate` when labels are missing or too large.
func classCounts(
  _ training: TrainingSet<NoStatistics>, classes: Int, model: String
) throws -> [Int] {
  guard classes > 0 else { return [] }
  var counts = [Int](repeating: 0, count: classes)
  // Where every epoch has samples of its own, those of the first one stand for all.
  let parts = try training.refresh.map { [try $0(0)] } ?? training.parts
  for part in parts where part.count > 0 {
    guard let labels = part.labels else {
      throw FitError.degenerate(
        "\(model): classes are asked for, but the training set has no labels")
    }
    for label in labels {
      guard (0..<classes).contains(Int(label)) else {
        throw FitError.degenerate("\(model): label \(label) among \(classes) classes")
      }
      counts[Int(label)] += 1
    }
  }
  return counts
}
