import Engine
import Randomness

extension GraphInterpreter {
  /// The numbers of a random node; a program gives the same bits.
  ///
  /// The contract: the node's key is that of its name folded with its number
  /// (`key.folding(UInt64(number))`), and its values are one bulk fill of Floats, row-major, from
  /// block 0 of a fresh stream: `fillNormals` for normal numbers, `fillUniforms` for uniform ones,
  /// and for Bernoulli numbers 1 where the uniform number is less than the probability.
  func draw(_ random: RandomValues) throws -> [Bounded] {
    guard let key = keys[random.key] else { throw InterpreterError("no key \(random.key)") }
    var stream = RandomStream(key: key.folding(UInt64(random.number)))
    var values = [Float](repeating: 0, count: random.shape.reduce(1, *))
    switch random.distribution {
    case .normal: stream.fillNormals(&values)
    case .uniform: stream.fillUniforms(&values)
    case .bernoulli(let probability):
      stream.fillUniforms(&values)
      values = values.map { $0 < probability ? 1 : 0 }
    }
    return values.map { Bounded(Double($0)) }
  }
}
