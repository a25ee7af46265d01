import Engine
import Randomness
import TestSupport

/// A graph drawn from a key: operations of every kind on tensors of small odd shapes, with views,
/// shared parts, random numbers, gradients inside and updates.
struct RandomGraph {
  /// What it may hold.
  struct Options {
    var operations = 4...30
    /// Only operations that can be differentiated where the values fall, of moderate size.
    var isSmooth = false
    var hasUpdates = true
  }

  let graph = Graph()
  let options: Options
  var stream: RandomStream
  /// float32 tensors to choose operands from, the newest last.
  var pool: [Tensor] = []
  var interpreter = GraphInterpreter()
  var variables: [Variable] = []
  var updates: [Update] = []
  var outputs: [String: Tensor] = [:]
  /// Float inputs and variables' values, with their labels: what can be differentiated by.
  var leaves: [(label: String, tensor: Tensor)] = []
  var inputCount = 0

  init(key: RandomKey, options: Options = Options()) {
    stream = RandomStream(key: key)
    self.options = options
    interpreter.keys["random"] = key.folding(1)
    for _ in 0...integer(3) { _ = input(shape()) }
    if options.hasUpdates { for _ in 0..<integer(3) { addVariable() } }
    for _ in 0..<(options.operations.lowerBound + integer(options.operations.count)) { step() }
    // A gradient inside the graph, then more operations upon it.
    if chance(2) {
      addGradients()
      for _ in 0..<integer(6) { step() }
      if chance(3) { addGradients() }
    }
    for number in 0...integer(5) { outputs["output\(number)"] = recent() }
    if options.hasUpdates { addUpdates() }
  }

  // MARK: Choices

  mutating func integer(_ bound: Int) -> Int { stream.integer(below: bound) }
  /// True one time in `n`.
  mutating func chance(_ n: Int) -> Bool { integer(n) == 0 }
  mutating func choice<T>(_ values: [T]) -> T { values[integer(values.count)] }

  mutating func extent() -> Int {
    // Longer than a vector, or of nothing, now and then.
    if chance(12) { return choice([9, 16, 17, 33]) }
    if chance(100), !options.isSmooth { return 0 }
    return choice([1, 2, 2, 3, 3, 4, 5, 7])
  }

  mutating func shape() -> [Int] {
    let rank = choice([0, 1, 2, 2, 3, 3, 4])
    var shape = (0..<rank).map { _ in extent() }
    while shape.reduce(1, *) > 500 { shape[integer(rank)] = 1 }
    return shape
  }

  /// A tensor, more likely a new one.
  mutating func recent() -> Tensor {
    let back = min(integer(pool.count), integer(pool.count))
    return pool[pool.count - 1 - back]
  }

  // MARK: Leaves

  mutating func input(_ shape: [Int]) -> Tensor {
    let label = "x\(inputCount)"
    inputCount += 1
    let tensor = graph.input(label, shape)
    let law: GraphCase.Law = options.isSmooth ? .normal : choice([.normal, .normal, .positive, .coarse])
    interpreter.set(label, GraphCase.Operand(shape: shape, law: law).draw(&stream))
    leaves.append((label, tensor))
    pool.append(tensor)
    return tensor
  }

  mutating func indices(_ shape: [Int], below bound: Int) -> Tensor {
    let label = "x\(inputCount)"
    inputCount += 1
    interpreter.set(label, GraphCase.Operand(shape: shape, law: .index(below: bound)).draw(&stream))
    return graph.input(label, shape, .int32)
  }

  mutating func addVariable() {
    let variable = Variable("v\(variables.count)", shape())
    variable.assign(GraphCase.Operand(shape: variable.shape, law: .normal).draw(&stream))
    variables.append(variable)
    pool.append(graph.value(of: variable))
  }

  // MARK: Operations

  mutating func step() {
    let x = recent()
    let result: Tensor
    switch integer(22) {
    case 0...3: result = unary(x)
    case 4...7: result = binary(x, partner(of: x))
    case 8: result = select(x)
    case 9...10: result = reduce(x)
    case 11...14: result = view(x)
    case 15: result = place(x)
    case 16: result = concatenated(x)
    case 17...18: result = product(x)
    case 19: result = convolution(x)
    case 20: result = lookUp(x)
    default: result = other(x)
    }
    if result.count <= 2000 { pool.append(tamed(result)) }
  }

  /// Keeps values of smooth graphs of size 1, so that differences are accurate.
  mutating func tamed(_ x: Tensor) -> Tensor {
    options.isSmooth && chance(3) ? x.tanh() : x
  }

  mutating func addGradients() {
    let targets = (0...integer(3)).map { _ in pool[integer(pool.count)] }
    for gradient in gradients(of: recent(), withRespectTo: targets) where gradient.count <= 2000 {
      pool.append(gradient)
    }
  }

  // MARK: Updates

  /// A tensor of this shape made from one of the pool.
  mutating func fitted(_ shape: [Int]) -> Tensor {
    for _ in 0..<8 {
      let x = recent()
      if x.shape == shape { return x }
      if x.count == shape.reduce(1, *) { return x.reshaped(shape) }
    }
    return recent().sum().reshaped([]).broadcast(to: shape)
  }

  mutating func addUpdates() {
    let scalar = graph.fill(0.01)
    for variable in variables where !chance(4) {
      if chance(2) {
        updates.append(.assign(variable, fitted(variable.shape)))
        continue
      }
      let rules: [OptimiserRule] = [
        .sgd(), .sgd(momentum: 0.9), .sgd(momentum: 0.5, isNesterov: true, weightDecay: 0.1),
        .rmsProp(), .rmsProp(alpha: 0.5, weightDecay: 0.1), .adam(), .adam(beta1: 0.5, weightDecay: 0.1),
        .adamW(), .adamW(weightDecay: 0.3),
      ]
      let rule = choice(rules)
      let state = rule.stateNames.map { name in
        let state = Variable("\(variable.name).\(name)", variable.shape)
        // Second moments are not negative.
        state.assign(GraphCase.Operand(shape: variable.shape, law: .positive).draw(&stream))
        return state
      }
      var average: OptimiserUpdate.Average?
      if chance(4) {
        let variable = Variable("\(variable.name).average", variable.shape)
        variable.assign(GraphCase.Operand(shape: variable.shape, law: .normal).draw(&stream))
        average = OptimiserUpdate.Average(variable: variable, decay: 0.9)
      }
      updates.append(
        .optimise(
          OptimiserUpdate(
            rule: rule, variable: variable, state: state, gradient: fitted(variable.shape),
            learningRate: chance(2) ? scalar : fitted([]).sigmoid(),
            step: graph.fill(Float(1 + integer(20))),
            gradientScale: chance(2) ? fitted([]).tanh() : nil, clip: chance(3) ? 0.5 : nil,
            average: average,
            norm: chance(3) ? Variable("\(variable.name).norm", [], isTrainable: false) : nil)))
    }
  }
}
