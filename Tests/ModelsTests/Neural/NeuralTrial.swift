import Engine
import Models
import Options
import Randomness
import Samples
import Testing

typealias VAE = VariationalAutoencoder
typealias WGAN = WassersteinGAN

/// A neural model with small settings and what it is fitted to.
struct NeuralTrial<Model: GenerativeModel>: Sendable where Model.Statistics == NoStatistics {
  var options: [String: OptionValue]
  var samples: SampleSet
  /// Whether every epoch has samples of its own.
  var refreshes = false
  var key = RandomKey(seed: 11)

  init(_: Model.Type, _ options: [String: OptionValue], _ samples: SampleSet) {
    self.options = options
    self.samples = samples
  }

  func blank() throws -> Model {
    try Model(
      options: OptionValues(options, specs: Model.component.options), space: samples.space)
  }

  var training: TrainingSet<NoStatistics> {
    guard refreshes else {
      return TrainingSet(
        space: samples.space, provenance: samples.provenance, parts: [samples], statistics: nil)
    }
    return TrainingSet(
      space: samples.space, provenance: samples.provenance, parts: [], statistics: nil,
      refresh: { [samples] epoch in
        var stream = RandomStream(key: RandomKey(seed: 5).folding(UInt64(epoch)))
        var moved = samples
        for index in moved.reals.indices { moved.reals[index] += 0.01 * stream.normal() }
        return moved
      })
  }

  func fitted(_ context: TrainingContext = TrainingContext()) throws -> (model: Model, report: FitReport) {
    var model = try blank()
    let report = try model.fit(training, key: key, context: context)
    return (model, report)
  }

  /// The fitted model and its report in one.
  func state(_ context: TrainingContext = TrainingContext()) throws -> [UInt8] {
    let (model, report) = try fitted(context)
    return try #require(try model.encodedState(report: report))
  }
}

func request(_ count: Int, bias: Double = 1, seed: UInt64 = 1, in space: SampleSpace) -> SampleRequest {
  SampleRequest(
    count: count, bias: bias, key: RandomKey(seed: 77).folding(seed), generation: 0,
    needsValues: true, real: SampleSet(emptyIn: space))
}

extension GenerativeModel {
  func drawn(
    _ count: Int, bias: Double = 1, seed: UInt64 = 1, in space: SampleSpace
  ) throws -> SampleSet {
    try #require(synthesize(request(count, bias: bias, seed: seed, in: space)).samples)
  }
}

extension FitReport {
  var isFinite: Bool { values.allSatisfy { $0.value.isFinite } }

  func value(_ name: String) throws -> Double {
    try #require(values.first { $0.name == name }, "no \(name) in \(values.map(\.name))").value
  }
}

/// Points of the plane around (−1.5, 0.5) and (1.5, −0.5) with deviation 0.4; the labels say which. Every
/// fourth one is of the second.
func twoClouds(_ count: Int) -> SampleSet {
  var stream = RandomStream(key: RandomKey(seed: 3))
  let labels = (0..<count).map { Int32($0 % 4 == 3 ? 1 : 0) }
  let values = labels.flatMap { label -> [Double] in
    let side = label == 0 ? -1.0 : 1.0
    return [1.5 * side + 0.4 * stream.normal(), -0.5 * side + 0.4 * stream.normal()]
  }
  return SampleSet(
    space: .vectors(dimension: 2), reals: values, labels: labels,
    provenance: Provenance(.real, count: count))
}

/// Images with values in [0, 1].
func grayImages(_ count: Int, channels: Int = 1, side: Int = 4) -> SampleSet {
  var stream = RandomStream(key: RandomKey(seed: 4))
  let space = SampleSpace.images(channels: channels, height: side, width: side)
  var values: [Double] = []
  for _ in 0..<count {
    let shade = stream.uniform()
    for place in 0..<space.width { values.append(place % 2 == 0 ? shade : 1 - shade) }
  }
  return SampleSet(
    space: space, reals: values, labels: (0..<count).map { Int32($0 % 3) },
    provenance: Provenance(.real, count: count))
}

/// The tensors of a saved model as real numbers, by name.
func tensors(in state: [UInt8]) throws -> [String: [Double]] {
  let file = try SafetensorsFile(state, path: "a state")
  return try Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, try file.reals($0)) })
}

func meanAndDeviation(_ values: [Double]) -> (mean: Double, deviation: Double) {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot())
}
