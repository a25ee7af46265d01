/// Random numbers of a key that is given at every run. Every call gives numbers of its own.
public struct RandomValues: Operation {
  public enum Distribution: Sendable, Hashable {
    /// Standard normal.
    case normal
    /// Uniform in [0, 1).
    case uniform
    /// 1 with this probability, else 0.
    case bernoulli(probability: Float)
  }

  public let distribution: Distribution
  public let shape: [Int]
  /// The name of the key; `number` is folded into it.
  public let key: String
  /// Which call in the graph it is.
  public let number: Int
  public var name: String { "random" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    if case .bernoulli(let p) = distribution, !(0...1).contains(p) {
      throw OperandProblem("\(p) is no probability")
    }
    return TensorType(shape)
  }
}

extension Graph {
  /// Random numbers [shape], a function of the key that every run names `key` and of the order of
  /// such calls on this graph.
  public func random(
    _ distribution: RandomValues.Distribution, _ shape: [Int], key: String = "random",
    file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    add(
      RandomValues(
        distribution: distribution, shape: shape, key: key, number: nextRandomNumber()),
      at: Site(file, line))
  }
}
