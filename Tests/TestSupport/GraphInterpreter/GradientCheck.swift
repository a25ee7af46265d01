import Engine
import Randomness
import Testing

/// Checks the gradients of `loss` along one random direction d: Σ gradient·d against the central difference
/// of fourth order of `loss` in Double, (8(f₁ − f₋₁) − (f₂ − f₋₂))/12h.
///
/// - Parameters:
///   - inputs: the operands by label, with their gradients.
///   - tolerance: relative to Σ|gradient·d|. The constants of the graph are float32, so that a
///     derivative with an irrational factor is off by up to 6e-8.
public func checkGradient(
  of loss: Tensor, inputs: [(label: String, gradient: Tensor)], _ interpreter: GraphInterpreter,
  key: RandomKey, tolerance: Double = 2e-7, _ title: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let h = 0x1p-12
  var stream = RandomStream(key: key.folding(text: title))
  let directions = inputs.map { input in (0..<input.gradient.count).map { _ in stream.normal() } }
  func value(_ steps: Double) throws -> Double {
    var moved = interpreter
    for (input, direction) in zip(inputs, directions) {
      let start = interpreter.inputs[input.label]?.map(\.value) ?? []
      moved.set(input.label, zip(start, direction).map { $0 + steps * h * $1 })
    }
    return try moved.values(of: loss)[0]
  }
  let numeric = (8 * (try value(1) - value(-1)) - (try value(2) - value(-2))) / (12 * h)
  let gradients = try interpreter.values(of: inputs.map(\.gradient))
  var (exact, scale) = (0.0, 0.0)
  for (gradient, direction) in zip(gradients, directions) {
    for (g, d) in zip(gradient, direction) {
      exact += g * d
      scale += abs(g * d)
    }
  }
  let gap = abs(exact - numeric)
  // Rounding of the difference: a few 1e-16·|loss|/h.
  let noise = 1e-11 * (1 + abs(try value(0)))
  #expect(
    gap <= tolerance * scale + noise,
    "\(title): gradient graph \(exact), difference \(numeric), scale \(scale)",
    sourceLocation: sourceLocation)
}
