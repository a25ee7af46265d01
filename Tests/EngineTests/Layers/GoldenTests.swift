import Engine
import TestSupport
import Testing

/// Every kind of layer against PyTorch: forward pass, loss, all gradients, ten training steps.
///
/// The golden values were calculated in Double and rounded to float32. The interpreter works in Double
/// too, with float32 hyper-parameters: 1e-6. The executor works in float32: 2e-6 and four times what
/// PyTorch itself deviates in float32, which each file tells. Differences are taken relative to the
/// largest element of a tensor (at least 1e-6).
@Suite struct GoldenTests {
  @Test(arguments: GoldenCase.all)
  func interpreterAgreesWithPyTorch(_ goldenCase: GoldenCase) throws {
    try check(goldenCase, .interpreter)
  }

  @Test(arguments: GoldenCase.all)
  func programAgreesWithPyTorch(_ goldenCase: GoldenCase) throws {
    try check(goldenCase, .program)
  }

  private func check(_ goldenCase: GoldenCase, _ kind: EvaluatorKind) throws {
    let golden = try GoldenFile(goldenCase.name)
    let model = goldenCase.make()
    // Names, shapes and layouts are PyTorch's: nothing missing, nothing left.
    try loadWeights(model.variables, from: golden.part("parameter."))

    let graph = Graph()
    var inputs: [String: Tensor] = [:]
    var values: [String: [Double]] = [:]
    for name in golden.names("input.") {
      let stored = try golden.tensor("input.\(name)")
      let (shape, content) = ImageOrder.channelsLast(stored.shape, stored.values)
      inputs[name] = graph.input(name, shape, goldenCase.indices.contains(name) ? .int32 : .float32)
      values[name] = content
    }
    let pass = model.forward(graph, inputs)
    let optimiser = try GoldenCase.optimiser(golden, model.variables)

    // Everything that the file has values for.
    var outputs = ["loss": pass.loss]
    for (name, tensor) in pass.outputs { outputs["output.\(name)"] = tensor }
    let weights = gradients(
      of: pass.loss, withRespectTo: optimiser.variables.map { graph.value(of: $0) })
    for (variable, gradient) in zip(optimiser.variables, weights) {
      outputs["gradient.\(variable.name)"] = gradient
    }
    for name in golden.names("gradient.input.") {
      let input = try #require(inputs[name])
      outputs["gradient.input.\(name)"] = gradients(of: pass.loss, withRespectTo: [input])[0]
    }
    let updates = optimiser.updates(gradients: weights, in: graph) + pass.updates
    var evaluator = try GraphEvaluator(
      kind, graph, inputs: values, outputs: outputs, updates: updates)

    var comparison = try Comparison(goldenCase, kind, golden)
    var losses: [Double] = []
    for step in 0..<10 {
      let results = try evaluator.step()
      losses += results["loss"] ?? []
      guard step == 0 else { continue }
      for (name, result) in results where name != "loss" {
        let variable = model.variables.first {
          name == "gradient.\($0.name)" || name == "output.penalty_gradient.\($0.name)"
        }
        let shape = outputs[name]?.shape ?? []
        try comparison.compare(
          name,
          variable.map { inFileOrder(result, of: $0) } ?? ImageOrder.channelsFirst(shape, result))
      }
    }
    try comparison.compare("loss", losses)
    for variable in model.variables {
      try comparison.compare("after10.\(variable.name)", evaluator.fileValues(of: variable))
    }
    let missing = golden.file.entries.map(\.name).filter {
      !comparison.compared.contains($0) && !$0.hasPrefix("input.") && !$0.hasPrefix("parameter.")
    }
    #expect(missing.isEmpty, "\(goldenCase) did not compare \(missing)")
    print("golden \(goldenCase) \(kind): \(comparison.summary)")
  }
}

/// Holds results against a golden file.
private struct Comparison {
  private let name: String
  private let golden: GoldenFile
  private let tolerance: Double
  private(set) var compared: Set<String> = []
  private var worst = (excess: 0.0, name: "")

  init(_ goldenCase: GoldenCase, _ kind: EvaluatorKind, _ golden: GoldenFile) throws {
    name = "\(goldenCase) \(kind)"
    self.golden = golden
    let deviation = try golden.metadata("deviation").split(separator: " ")[0]
    tolerance = kind == .interpreter ? 1e-6 : 2e-6 + 4 * (try #require(Double(deviation)))
  }

  mutating func compare(_ tensor: String, _ actual: [Double]) throws {
    let expected = try golden.tensor(tensor).values
    compared.insert(tensor)
    try #require(actual.count == expected.count, "\(name) \(tensor)")
    let scale = max(expected.map(abs).max() ?? 0, 1e-6)
    for (index, (got, wanted)) in zip(actual, expected).enumerated() {
      let excess = abs(got - wanted) / scale
      #expect(
        excess <= tolerance, "\(name) \(tensor)[\(index)]: \(got), PyTorch \(wanted), scale \(scale)")
      guard excess <= tolerance else { break }
      if excess > worst.excess { worst = (excess, tensor) }
    }
  }

  var summary: String { "\(compared.count) tensors, worst \(worst.excess) \(worst.name)" }
}
