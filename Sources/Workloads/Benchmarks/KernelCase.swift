import Engine

/// A small program whose speed `bench kernel` measures.
struct KernelCase: Sendable {
  let name: String
  /// The instructions that count.
  let kind: InstructionCost.Kind
  let build: @Sendable (Graph) -> (outputs: [String: Tensor], updates: [Update])

  /// What the instructions of the kind do in a second: operations and bytes.
  ///
  /// - Parameter seconds: how long it is measured.
  func rates(_ options: ProgramOptions, seconds: Double) throws -> (operations: Double, bytes: Double) {
    let graph = Graph()
    let (outputs, updates) = build(graph)
    let program = try Program(graph, outputs: outputs, updates: updates, options: options)
    for (name, type) in program.inputTypes where type.element == .float32 {
      // Ordinary numbers of both signs.
      let memory = program.input(name)
      for index in memory.indices { memory[index] = Float(index % 61) / 30 - 1 }
    }
    let once = try program.profile(runs: 1).reduce(0, +)
    let runs = min(max(Int(seconds / max(once, 1e-6)), 3), 1_000)
    let times = try program.profile(runs: runs)
    let counted = program.costs.indices.filter { program.costs[$0].kind == kind }
    let time = counted.reduce(0) { $0 + times[$1] }
    return (
      counted.reduce(0) { $0 + program.costs[$1].operations } / time,
      counted.reduce(0) { $0 + program.costs[$1].bytes } / time
    )
  }
}

extension KernelCase {
  /// A product [m, k]·[k, n]; an operand that is transposed lies as its transpose.
  static func product(
    _ m: Int, _ k: Int, _ n: Int, transposed: (Bool, Bool) = (false, true), batch: Int = 1
  ) -> KernelCase {
    let letters = (transposed.0 ? "t" : "n") + (transposed.1 ? "t" : "n")
    let name = (batch > 1 ? "\(batch)x" : "") + "\(m)x\(k)x\(n).\(letters)"
    return KernelCase(name: name, kind: .product) { graph in
      func operand(_ name: String, _ rows: Int, _ columns: Int, _ isTransposed: Bool) -> Tensor {
        let shape = isTransposed ? [columns, rows] : [rows, columns]
        let tensor = graph.input(name, batch > 1 ? [batch] + shape : shape)
        return isTransposed ? tensor.transposed : tensor
      }
      let product = operand("a", m, k, transposed.0).matmul(operand("b", k, n, transposed.1))
      return (["c": product], [])
    }
  }

  /// All three directions of a convolution of images [n, h, h, c] to `channels` with a square window.
  static func convolutions(
    _ image: [Int], to channels: Int, kernel: Int, stride: Int
  ) -> [KernelCase] {
    let window = Window(kernel: kernel, stride: stride, padding: (kernel - 1) / 2)
    let text = image.map(String.init).joined(separator: "x")
    @Sendable func build(_ graph: Graph) -> (x: Tensor, y: Tensor, w: Tensor) {
      let x = graph.input("x", image)
      let w = graph.input("w", [channels, kernel, kernel, image[3]])
      return (x, x.convolution(w, window), w)
    }
    let name = "\(text).\(kernel)x\(kernel).s\(stride).to\(channels)"
    return [
      KernelCase(name: name + ".forward", kind: .convolution) { graph in
        (["y": build(graph).y], [])
      },
      KernelCase(name: name + ".data", kind: .convolution) { graph in
        let (x, y, _) = build(graph)
        return (["x": gradients(of: y, withRespectTo: [x])[0]], [])
      },
      KernelCase(name: name + ".weights", kind: .convolution) { graph in
        let (_, y, w) = build(graph)
        let g = graph.input("g", y.shape)
        return (["w": gradients(of: y * g, withRespectTo: [w])[0]], [])
      },
    ]
  }

  /// An elementwise or row-wise function of x [rows, columns].
  static func function(
    _ name: String, _ rows: Int, _ columns: Int, _ apply: @escaping @Sendable (Tensor) -> Tensor
  ) -> KernelCase {
    KernelCase(name: "\(name).\(rows)x\(columns)", kind: .elementwise) { graph in
      (["y": apply(graph.input("x", [rows, columns]))], [])
    }
  }

  /// A copy of `count` numbers.
  static func copy(_ count: Int) -> KernelCase {
    KernelCase(name: "copy.\(count * 4 / 1_048_576)MiB", kind: .movement) { graph in
      ([:], [.assign(Variable("copy", [count]), graph.input("x", [count]))])
    }
  }

  /// Adam on `count` weights.
  static func adam(_ count: Int) -> KernelCase {
    KernelCase(name: "adam.\(count)", kind: .optimiser) { graph in
      let weights = Variable("weights", [count])
      let optimiser = Optimiser(rule: .adam(), variables: [weights], learningRate: 1e-3)
      return ([:], optimiser.updates(gradients: [graph.input("g", [count])], in: graph))
    }
  }
}
