import Engine
import Randomness

/// A function of tensors by name, with operands to try it on: held against the interpreter, differentiated
/// once and twice, and run as a program.
public struct GraphCase: Sendable, CustomStringConvertible {
  /// What an operand is drawn from.
  public enum Law: Sendable {
    /// Standard normal numbers.
    case normal
    /// Uniform in 0.5…2.
    case positive
    /// Uniform in ±(0.2…2): away from a kink at 0.
    case awayFromZero
    /// A multiple of 1/2 in -1…1: full of ties.
    case coarse
    /// int32 in 0..<bound.
    case index(below: Int)
  }

  public struct Operand: Sendable {
    public var shape: [Int]
    public var law: Law

    public init(shape: [Int], law: Law) {
      self.shape = shape
      self.law = law
    }

    public var isIndex: Bool { if case .index = law { true } else { false } }
  }

  public let name: String
  public let operands: [Operand]
  /// How often it can be differentiated at these operands: 0, 1 or 2.
  public let order: Int
  public let build: @Sendable ([Tensor]) -> Tensor

  public var description: String { name }

  public init(
    _ name: String, of operands: [Operand], order: Int = 2,
    build: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.name = name
    self.operands = operands
    self.order = order
    self.build = build
  }

  /// Operands of these shapes with standard normal numbers.
  public init(
    _ name: String, _ shapes: [Int]..., law: Law = .normal, order: Int = 2,
    build: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.init(name, of: shapes.map { Operand(shape: $0, law: law) }, order: order, build: build)
  }
}

extension GraphCase.Operand {
  public static func normal(_ shape: [Int]) -> Self { Self(shape: shape, law: .normal) }
  public static func positive(_ shape: [Int]) -> Self { Self(shape: shape, law: .positive) }
  public static func awayFromZero(_ shape: [Int]) -> Self { Self(shape: shape, law: .awayFromZero) }
  public static func coarse(_ shape: [Int]) -> Self { Self(shape: shape, law: .coarse) }
  public static func index(_ shape: [Int], below bound: Int) -> Self {
    Self(shape: shape, law: .index(below: bound))
  }

  /// Its values, float32 numbers.
  public func draw(_ stream: inout RandomStream) -> [Float] {
    (0..<shape.reduce(1, *)).map { _ in
      switch law {
      case .normal: Float(stream.normal())
      case .positive: Float(0.5 + 1.5 * stream.uniform())
      case .awayFromZero: Float((0.2 + 1.8 * stream.uniform()) * (stream.integer(below: 2) == 0 ? -1 : 1))
      case .coarse: Float(stream.integer(below: 5)) / 2 - 1
      case .index(let bound): Float(stream.integer(below: bound))
      }
    }
  }
}

/// A case put into a graph with its gradients: of a weighted sum of the result, and of a weighted sum
/// of those.
public struct DifferentiatedCase {
  public let graph = Graph()
  public let output: Tensor
  /// The scalars that `order` differentiations start from: Σ w·output, then Σᵢ Σ vᵢ·gradientᵢ.
  public private(set) var losses: [Tensor] = []
  /// Of each loss by every operand that is not an index.
  public private(set) var gradients: [[Tensor]] = []
  /// The operands that are not indices, by label.
  public private(set) var differentiable: [(label: String, tensor: Tensor)] = []
  /// Values of all inputs.
  public private(set) var values: [String: [Float]] = [:]

  public init(_ graphCase: GraphCase, key: RandomKey = RandomKey(seed: 3)) {
    var stream = RandomStream(key: key.folding(text: graphCase.name))
    var operands: [Tensor] = []
    for (number, operand) in graphCase.operands.enumerated() {
      let label = "x\(number)"
      let tensor = graph.input(label, operand.shape, operand.isIndex ? .int32 : .float32)
      operands.append(tensor)
      values[label] = operand.draw(&stream)
      if !operand.isIndex { differentiable.append((label, tensor)) }
    }
    output = graphCase.build(operands)
    var sources = [output]
    for order in 1...2 where order <= graphCase.order {
      var loss = graph.fill(0)
      for (number, source) in sources.enumerated() {
        let weights = GraphCase.Operand.normal(source.shape)
        let label = "w\(order).\(number)"
        values[label] = weights.draw(&stream)
        loss = loss + (graph.input(label, source.shape) * source).total()
      }
      losses.append(loss)
      sources = Engine.gradients(of: loss, withRespectTo: differentiable.map(\.tensor))
      gradients.append(sources)
    }
  }

  /// An interpreter with the values of all inputs.
  public var interpreter: GraphInterpreter {
    var interpreter = GraphInterpreter()
    for (label, values) in values { interpreter.set(label, values) }
    return interpreter
  }
}
