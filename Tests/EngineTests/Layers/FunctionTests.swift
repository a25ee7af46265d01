import Engine
import Glibc
import Randomness
import TestSupport
import Testing

/// Properties of the composed functions that golden values do not show.
@Suite struct FunctionTests {
  private func values(
    _ inputs: [String: [Double]], _ build: (Graph) -> Tensor
  ) throws -> [Double] {
    let graph = Graph()
    var interpreter = GraphInterpreter()
    for (label, values) in inputs { interpreter.set(label, values) }
    return try interpreter.values(of: build(graph))
  }

  /// Neither overflows nor loses the smallest shares; -∞ has none.
  @Test func softmaxIsStable() throws {
    let shares = try values(["x": [1000, 1001, -.infinity, -1000, -999, -1e30]]) {
      $0.input("x", [2, 3]).softmax()
    }
    let e = 1 / (1 + 2.718281828459045)
    expectClose(shares, [e, 1 - e, 0, e, 1 - e, 0], relative: 1e-14)
    let logs = try values(["x": [1000, 1001, -3000]]) { $0.input("x", [3]).logSoftmax() }
    expectClose(logs, [-1.3132616875182228, -0.31326168751822286, -4001.3132616875182], relative: 1e-12)
  }

  /// Windows that overlap, padded: what is padded is never the largest.
  @Test func maximumPoolingIgnoresPadding() throws {
    let image = (0..<9).map { -Double($0) - 1 }
    let pooled = try values(["x": image]) {
      $0.input("x", [1, 3, 3, 1]).maximumPooled(3, stride: 2, padding: 1)
    }
    expectClose(pooled, [-1, -2, -4, -5], relative: 0)
  }

  /// Of equal values the first one takes the gradient.
  @Test func maximumPoolingTies() throws {
    let gradient = try values(["x": [2, 2, 2, 2, 0, 3, 3, 1]]) { graph in
      let x = graph.input("x", [1, 2, 4, 1])
      return gradients(of: x.maximumPooled(2), withRespectTo: [x])[0]
    }
    // Windows [2, 2, 0, 3] and [2, 2, 3, 1].
    expectClose(gradient, [0, 0, 0, 0, 0, 1, 1, 0], relative: 0)
    let ties = try values(["x": [1, 2, 2, 2]]) { graph in
      let x = graph.input("x", [1, 2, 2, 1])
      return gradients(of: x.maximumPooled(2), withRespectTo: [x])[0]
    }
    expectClose(ties, [0, 1, 0, 0], relative: 0)
  }

  @Test func averagePoolingBothWays() throws {
    let image = (0..<16).map(Double.init)
    let tiled = try values(["x": image]) { $0.input("x", [1, 4, 4, 1]).averagePooled(2) }
    expectClose(tiled, [2.5, 4.5, 10.5, 12.5], relative: 0)
    let sliding = try values(["x": image]) { $0.input("x", [1, 4, 4, 1]).averagePooled(2, stride: 1) }
    expectClose(sliding, [2.5, 3.5, 4.5, 6.5, 7.5, 8.5, 10.5, 11.5, 12.5], relative: 0)
  }

  /// A running model normalises by the running values.
  @Test func batchNormEvaluates() throws {
    let norm = BatchNormalisation("n", channels: 2)
    norm.runningMean.assign([1, -2])
    norm.runningVariance.assign([4, 0.25])
    norm.scale.assign([3, 1])
    norm.shift.assign([0, 10])
    let y = try values(["x": [3, -2, 1, -1.5]]) { norm($0.input("x", [2, 2])) }
    expectClose(y, [3, 10, 0, 11], relative: 3e-5)
  }

  /// The mean of a batch with a large offset does not drown its variance.
  @Test func momentsDoNotCancel() throws {
    let (mean, variance) = try {
      let graph = Graph()
      let moments = graph.input("x", [4]).moments(along: [0])
      var interpreter = GraphInterpreter()
      interpreter.set("x", [1e6, 1e6 + 1, 1e6 + 2, 1e6 + 3])
      let both = try interpreter.evaluate([moments.mean, moments.variance])
      return (both[0][0], both[1][0])
    }()
    #expect(mean.value == 1_000_001.5 && variance.value == 1.25)
    // What float32 makes of it, at most.
    #expect(variance.error < 0.5, "\(variance.error)")
  }

  /// σ of a random matrix by the power iteration, against LAPACK.
  @Test func spectralNormConverges() throws {
    let linear = Linear(
      "fc", inputs: 5, outputs: 4, weightName: "weight_orig", key: RandomKey(seed: 4))
    let spectral = SpectralNormalisation(linear.weight, key: RandomKey(seed: 4))
    #expect(spectral.variables.map(\.name) == ["fc.weight_u", "fc.weight_v"])
    let graph = Graph()
    let (weight, updates) = spectral.training(in: graph)
    var evaluator = try GraphEvaluator(
      .interpreter, graph, inputs: [:], outputs: ["w": weight, "kept": spectral(in: graph)],
      updates: updates)
    var results: [String: [Double]] = [:]
    for _ in 0..<200 { results = try evaluator.step() }
    let exact = try #require(
      singularValues(linear.weight.array.map(Double.init), rows: 4, columns: 5))[0]
    for name in ["w", "kept"] {
      expectClose(
        try #require(results[name]), linear.weight.array.map { Double($0) / exact }, relative: 1e-9)
    }
  }

  /// A label that is no class makes its row infinite, and with it the mean; the others are as they were.
  @Test func labelsThatAreNoClass() throws {
    let graph = Graph()
    let rows = graph.input("x", [4, 3]).crossEntropy(graph.input("labels", [4], .int32))
    for evaluation in [EvaluatorKind.interpreter, .program] {
      var evaluator = try GraphEvaluator(
        evaluation, graph,
        inputs: ["x": [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], "labels": [2, 3, -1, 0]],
        outputs: ["rows": rows, "mean": rows.average()])
      let results = try evaluator.step()
      let sum = 1 + exp(1.0) + exp(2.0)
      let found = try #require(results["rows"])
      expectClose([found[0], found[3]], [log(sum) - 2, log(sum)], relative: 1e-6)
      #expect(found[1] == .infinity && found[2] == .infinity)
      #expect(results["mean"] == [.infinity])
    }
  }

  /// Several power iterations in a step are as many steps of one.
  @Test func spectralNormIterations() throws {
    let linear = Linear(
      "fc", inputs: 7, outputs: 6, weightName: "weight_orig", key: RandomKey(seed: 5))
    func results(iterations: Int, steps: Int) throws -> [String: [Double]] {
      let spectral = SpectralNormalisation(
        linear.weight, iterations: iterations, key: RandomKey(seed: 5))
      let graph = Graph()
      let (weight, updates) = spectral.training(in: graph)
      var evaluator = try GraphEvaluator(
        .interpreter, graph, inputs: [:], outputs: ["w": weight, "kept": spectral(in: graph)],
        updates: updates)
      var results: [String: [Double]] = [:]
      for _ in 0..<steps { results = try evaluator.step() }
      return results
    }
    let (three, ones) = (try results(iterations: 3, steps: 4), try results(iterations: 1, steps: 12))
    expectClose(try #require(three["w"]), try #require(ones["w"]), relative: 1e-12)
    let (few, many) = (try results(iterations: 1, steps: 1), try results(iterations: 9, steps: 1))
    let exact = try #require(
      singularValues(linear.weight.array.map(Double.init), rows: 6, columns: 7))[0]
    func error(_ results: [String: [Double]]) throws -> Double {
      abs(Double(linear.weight.values[0]) / (try #require(results["w"]?[0])) / exact - 1)
    }
    let (one, nine) = (try error(few), try error(many))
    #expect(nine < one / 10, "\(one) \(nine)")
  }

  /// The mistakes of a layer's user are named with the user's line.
  @Test func mistakesNameTheCallersLine() {
    let graph = Graph()
    let x = graph.input("x", [8, 5])
    let key = RandomKey(seed: 1)
    let line = #line
    _ = Linear("encoder.fc1", inputs: 4, outputs: 3, key: key)(x)
    _ = x.crossEntropy(graph.input("labels", [7], .int32))
    _ = LayerNormalisation("n", width: 6)(x)
    _ = GroupNormalisation("n", groups: 2, channels: 4)(x)
    _ = ConvolutionLayer("c", inputs: 5, outputs: 2, kernel: 3, key: key)(x)
    _ = MultiHeadAttention("a", width: 6, heads: 2, isCausal: true, key: key)(x)
    _ = x.attention(keys: x, values: graph.input("v", [7, 5]))
    _ = x.maximumPooled(2)
    _ = ResidualBlock("r", inputs: 8, outputs: 8, embedding: 3, key: key)(x)
    _ = BatchNormalisation("b", channels: 3).training(x)
    for offset in 1...10 {
      let errors = graph.errors.filter { $0.site.hasSuffix("FunctionTests.swift:\(line + offset)") }
      #expect(!errors.isEmpty, "line \(offset) gave no error")
    }
    // Neither at a line of ours nor at one of the layers.
    let strange = graph.errors.filter {
      !$0.site.hasPrefix("EngineTests/FunctionTests.swift:") || $0.site.contains(" and ")
    }
    #expect(strange.isEmpty, "\(strange)")
    #expect(
      graph.errors[0].problem.contains("x [8, 5], weight [3, 4] and bias [3] do not fit"),
      "\(graph.errors[0])")
  }
}
