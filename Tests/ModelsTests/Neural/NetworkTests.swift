import Engine
import Networks
import Randomness
import TestSupport
import Testing

/// The networks of neural models, by the reference interpreter.
@Suite struct NetworkTests {
  static let key = RandomKey(seed: 8)

  func values(_ count: Int, seed: UInt64) -> [Double] {
    var stream = RandomStream(key: RandomKey(seed: seed))
    return (0..<count).map { _ in Double(Float(stream.normal())) }
  }

  /// Shumailov et al. 2024 on MNIST.
  @Test func parametersOfThePublishedAutoencoder() {
    let network = ConvolutionalAutoencoder(
      image: [28, 28, 1], channels: 64, latent: 20, key: Self.key)
    #expect(network.variables.reduce(0) { $0 + $1.count } == 647_081)
    #expect(Set(network.variables.map(\.name)).count == network.variables.count)
  }

  @Test(arguments: [0, 3], [[8, 8, 1], [8, 8, 3], [4, 12, 2], [6]])
  func shapes(classes: Int, data: [Int]) throws {
    let autoencoder: any Autoencoder
    let pair: any AdversarialNetworks
    if data.count == 1 {
      autoencoder = DenseAutoencoder(
        data: data[0], hidden: 5, latent: 4, classes: classes, key: Self.key)
      pair = DenseAdversarialNetworks(
        latent: 4, hidden: [5, 7], data: data[0], classes: classes, key: Self.key)
    } else {
      autoencoder = ConvolutionalAutoencoder(
        image: data, channels: 3, latent: 4, classes: classes, key: Self.key)
      pair = ConvolutionalAdversarialNetworks(
        latent: 4, channels: 3, image: data, classes: classes, key: Self.key)
    }
    let graph = Graph()
    let x = graph.input("x", [2] + data)
    let z = graph.input("z", [2, 4])
    let labels = classes == 0 ? nil : graph.input("labels", [2], .int32).oneHot(classes)
    let (mean, logVariance) = autoencoder.encoded(x, labels: labels)
    let decoded = autoencoder.decoded(z, labels: labels)
    var none: RunningValues?
    let fake = pair.generated(z, labels: labels, running: &none)
    let scores = pair.scores(x, labels: labels, weights: [], running: &none)
    #expect(mean.shape == [2, 4] && logVariance.shape == [2, 4])
    #expect(decoded.shape == [2] + data && fake.shape == [2] + data && scores.shape == [2, 1])
    #expect(pair.slopes(x, labels: labels).count == 2)
    #expect(graph.errors.isEmpty)
    guard classes > 0 else { return }
    // Every one of them is told the class.
    var interpreter = GraphInterpreter()
    interpreter.set("x", values(x.count, seed: 1))
    interpreter.set("z", values(8, seed: 2))
    let outputs = [mean, logVariance, decoded, fake, scores]
    interpreter.set("labels", [0, 1] as [Int32])
    let one = try interpreter.values(of: outputs)
    interpreter.set("labels", [2, 1] as [Int32])
    let other = try interpreter.values(of: outputs)
    for (a, b) in zip(one, other) {
      let half = a.count / 2
      #expect(a[..<half] != b[..<half], "the first sample has another class")
      #expect(a[half...] == b[half...], "the second has the same")
    }
  }

  @Test func oneHotRows() throws {
    let graph = Graph()
    var interpreter = GraphInterpreter()
    interpreter.set("labels", [2, 0, 1] as [Int32])
    #expect(
      try interpreter.values(of: graph.input("labels", [3], .int32).oneHot(3))
        == [0, 0, 1, 1, 0, 0, 0, 1, 0])
  }

  /// A trained network with batch normalisation treats every sample alone; in training it does not.
  @Test(arguments: [[6], [4, 4, 2]])
  func trainedNormalisationSeesOneSample(data: [Int]) throws {
    let networks: any AdversarialNetworks =
      data.count == 1
      ? DenseAdversarialNetworks(
        latent: 3, hidden: [5, 4], data: 6, normalised: .both, key: Self.key)
      : ConvolutionalAdversarialNetworks(
        latent: 3, channels: 2, image: data, normalised: .both, key: Self.key)
    #expect(networks.criticSeesBatch)
    var stream = RandomStream(key: RandomKey(seed: 6))
    for variable in networks.generatorVariables + networks.criticVariables
    where variable.name.contains("running") {
      for index in variable.values.indices { variable.values[index] = Float(0.5 + stream.uniform()) }
    }
    let (z, x) = (values(12, seed: 1), values(4 * data.reduce(1, *), seed: 2))
    func run(_ rows: Range<Int>, trained: Bool) throws -> [[Double]] {
      let graph = Graph()
      var running: RunningValues? = trained ? nil : []
      let fake = networks.generated(
        graph.input("z", [rows.count, 3]), labels: nil, running: &running)
      let scores = networks.scores(
        graph.input("x", [rows.count] + data), labels: nil, weights: [], running: &running)
      #expect((running?.isEmpty ?? true) == trained)
      var interpreter = GraphInterpreter()
      let width = data.reduce(1, *)
      interpreter.set("z", Array(z[rows.lowerBound * 3..<rows.upperBound * 3]))
      interpreter.set("x", Array(x[rows.lowerBound * width..<rows.upperBound * width]))
      return try interpreter.values(of: [fake, scores])
    }
    for trained in [true, false] {
      let together = try run(0..<4, trained: trained)
      let parts = try [run(0..<2, trained: trained), run(2..<4, trained: trained)]
      for output in 0..<2 {
        let alone = parts.flatMap { $0[output] }
        let gap = zip(together[output], alone).map { abs($0 - $1) }.max() ?? .infinity
        #expect(trained ? gap < 1e-12 : gap > 1e-3, "\(output): \(gap)")
      }
    }
  }

  /// Real and fake batches in one step: each running value is assigned once, to the mean of both.
  @Test func twoBatchesInOneStep() throws {
    let layer = BatchNormalisation("norm", channels: 2)
    let graph = Graph()
    var all: RunningValues = []
    for name in ["real", "fake"] {
      for case .assign(let variable, let newest) in layer.training(graph.input(name, [3, 2])).updates {
        all.append((variable, newest))
      }
    }
    let once = joined(all)
    #expect(once.map(\.variable.name) == ["norm.running_mean", "norm.running_var", "norm.num_batches_tracked"])
    var interpreter = GraphInterpreter()
    interpreter.set("real", [1, 0, 2, 0, 3, 0] as [Double])
    interpreter.set("fake", [5, 1, 5, 1, 5, 7] as [Double])
    let newest = try interpreter.values(of: once.map(\.newest))
    // 0.1 · mean of (2, 0) and (5, 3); 0.9 + 0.1 · mean of (1, 0) and (0, 12).
    expectClose(newest[0], [0.35, 0.15], relative: 1e-6)
    expectClose(newest[1], [0.95, 1.5], relative: 1e-6)
    expectClose(newest[2], [1])
  }

  /// |∇ₓ D| over all numbers of a sample, against differences of D in each of them.
  @Test(arguments: [[4, 4, 2], [5]], [0, 3])
  func slopesAreNormsOverAWholeSample(data: [Int], classes: Int) throws {
    let networks: any AdversarialNetworks =
      data.count == 1
      ? DenseAdversarialNetworks(
        latent: 3, hidden: [6, 4], data: data[0], classes: classes, key: Self.key)
      : ConvolutionalAdversarialNetworks(
        latent: 3, channels: 2, image: data, classes: classes, key: Self.key)
    let width = data.reduce(1, *)
    let graph = Graph()
    let x = graph.input("x", [2] + data)
    let labels = classes == 0 ? nil : graph.input("labels", [2], .int32).oneHot(classes)
    var none: RunningValues?
    let scores = networks.scores(x, labels: labels, weights: [], running: &none)
    let slopes = networks.slopes(x, labels: labels)
    let start = values(2 * width, seed: 3)
    func scored(_ values: [Double]) throws -> [Double] {
      var interpreter = GraphInterpreter()
      interpreter.set("x", values)
      if classes > 0 { interpreter.set("labels", [2, 0] as [Int32]) }
      return try interpreter.values(of: scores)
    }
    var squares = [0.0, 0.0]
    let h = 1e-6
    for place in 0..<width {
      var (up, down) = (start, start)
      for sample in 0..<2 {
        up[sample * width + place] += h
        down[sample * width + place] -= h
      }
      let (above, below) = (try scored(up), try scored(down))
      for sample in 0..<2 {
        let slope = (above[sample] - below[sample]) / (2 * h)
        squares[sample] += slope * slope
      }
    }
    let expected = squares.map { $0.squareRoot() }
    var interpreter = GraphInterpreter()
    interpreter.set("x", start)
    if classes > 0 { interpreter.set("labels", [2, 0] as [Int32]) }
    expectClose(try interpreter.values(of: slopes), expected, relative: 1e-6)
    let penalties = expected.map { ($0 - 1) * ($0 - 1) }
    guard classes == 0 else { return }
    expectClose(
      try interpreter.values(of: networks.penalty(x)), [(penalties[0] + penalties[1]) / 2],
      relative: 1e-5)
  }
}
