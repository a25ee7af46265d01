import Engine
import Randomness

/// What is wrong with the gradients of `loss` along one random direction d, nil if nothing is: Σ gradient·d
/// against the central difference of fourth order of `loss` in Double, (8(f₁ − f₋₁) − (f₂ − f₋₂))/12h.
///
/// - Parameters:
///   - inputs: the operands by label, with their gradients.
///   - tolerance: relative to Σ|gradient·d|. The constants of the graph are float32, so that a
///     derivative with an irrational factor is off by up to 6e-8.
///   - absolute: for gradients in which larger parts cancel.
public func gradientFault(
  of loss: Tensor, inputs: [(label: String, gradient: Tensor)], _ interpreter: GraphInterpreter,
  key: RandomKey, tolerance: Double = 2e-7, absolute: Double = 0
) throws -> String? {
  var stream = RandomStream(key: key)
  let directions = inputs.map { input in (0..<input.gradient.count).map { _ in stream.normal() } }
  func value(_ step: Double) throws -> Double {
    var moved = interpreter
    for (input, direction) in zip(inputs, directions) {
      let start = interpreter.inputs[input.label]?.map(\.value) ?? []
      moved.set(input.label, zip(start, direction).map { $0 + step * $1 })
    }
    return try moved.values(of: loss)[0]
  }
  let gradients = try interpreter.values(of: inputs.map(\.gradient))
  var (exact, scale) = (0.0, 0.0)
  for (gradient, direction) in zip(gradients, directions) {
    for (g, d) in zip(gradient, direction) {
      exact += g * d
      scale += abs(g * d)
    }
  }
  // A function that bends sharply needs a shorter step, at the price of rounding in the difference:
  // a few 1e-16·|loss|/h.
  let middle = abs(try value(0))
  var tried: [Double] = []
  for h in [0x1p-12, 0x1p-17, 0x1p-22] {
    let numeric = (8 * (try value(h) - value(-h)) - (try value(2 * h) - value(-2 * h))) / (12 * h)
    if abs(exact - numeric) <= tolerance * scale + absolute + 4e-15 / h * (1 + middle) { return nil }
    tried.append(numeric)
  }
  return "gradient graph \(exact), differences \(tried), scale \(scale)"
}
