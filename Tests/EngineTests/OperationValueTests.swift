import Engine
import Randomness
import TestSupport
import Testing

/// What every operation computes, against values worked out by hand or by other formulas: the
/// interpreter itself is checked here.
@Suite struct OperationValueTests {
  /// The values of a function of tensors; float32 inputs.
  private func values(
    _ operands: [([Int], [Double])], indices: ([Int], [Int32])? = nil, _ build: ([Tensor]) -> Tensor
  ) throws -> [Double] {
    let graph = Graph()
    var interpreter = GraphInterpreter()
    var tensors: [Tensor] = []
    for (number, operand) in operands.enumerated() {
      interpreter.set("x\(number)", operand.1)
      tensors.append(graph.input("x\(number)", operand.0))
    }
    if let indices {
      interpreter.set("indices", indices.1)
      tensors.append(graph.input("indices", indices.0, .int32))
    }
    let result = build(tensors)
    let values = try interpreter.values(of: result)
    #expect(values.count == result.count)
    return values
  }

  @Test func unary() throws {
    let x = ([6], [-2.5, -1, 0, 0.5, 1, 3])
    let positive = ([4], [0.25, 1, 2, 4])
    #expect(try values([x]) { -$0[0] } == [2.5, 1, 0, -0.5, -1, -3])
    #expect(try values([x]) { $0[0].abs() } == [2.5, 1, 0, 0.5, 1, 3])
    #expect(try values([x]) { $0[0].sign() } == [-1, -1, 0, 1, 1, 1])
    #expect(try values([x]) { $0[0].floor() } == [-3, -1, 0, 0, 1, 3])
    #expect(try values([x]) { $0[0].relu() } == [0, 0, 0, 0.5, 1, 3])
    #expect(try values([x]) { $0[0].leakyRelu(slope: 0.5) } == [-1.25, -0.5, 0, 0.5, 1, 3])
    #expect(try values([x]) { $0[0].square() } == [6.25, 1, 0, 0.25, 1, 9])
    #expect(try values([positive]) { $0[0].sqrt() } == [0.5, 1, 2.0.squareRoot(), 2])
    #expect(try values([positive]) { $0[0].reciprocal() } == [4, 1, 0.5, 0.25])
    expectClose(try values([positive]) { $0[0].reciprocalSqrt() }, [2, 1, 0.7071067811865476, 0.5], relative: 1e-15)
    // To 16 digits from tables.
    let e = 2.718281828459045
    expectClose(try values([([3], [0, 1, -1])]) { $0[0].exp() }, [1, e, 1 / e], relative: 1e-15)
    expectClose(try values([positive]) { $0[0].log() }, [-1.3862943611198906, 0, 0.6931471805599453, 1.3862943611198906], relative: 1e-15)
    expectClose(try values([([3], [0, 1, 1e-9])]) { $0[0].log1p() }, [0, 0.6931471805599453, 9.999999995e-10], relative: 1e-15)
    expectClose(try values([([3], [0, 1, -0.5])]) { $0[0].tanh() }, [0, 0.7615941559557649, -0.46211715726000976], relative: 1e-15)
    expectClose(try values([([3], [0, 1, -2])]) { $0[0].sigmoid() }, [0.5, 0.7310585786300049, 0.11920292202211755], relative: 1e-15)
    expectClose(try values([([3], [0, 1, -0.5])]) { $0[0].erf() }, [0, 0.8427007929497149, -0.5204998778130465], relative: 1e-15)
    expectClose(try values([([3], [0, 1, -40])]) { $0[0].softplus() }, [0.6931471805599453, 1.3132616875182228, 4.248354255291589e-18], relative: 1e-14)
    expectClose(try values([([2], [0, 1])]) { $0[0].sin() }, [0, 0.8414709848078965], relative: 1e-15)
    expectClose(try values([([2], [0, 1])]) { $0[0].cos() }, [1, 0.5403023058681398], relative: 1e-15)
  }

  @Test func binary() throws {
    let x = ([2, 3], [1.0, 2, 3, 4, 5, 6])
    let row = ([3], [10.0, 2, -1])
    let column = ([2, 1], [2.0, 0.5])
    #expect(try values([x, row]) { $0[0] + $0[1] } == [11, 4, 2, 14, 7, 5])
    #expect(try values([x, column]) { $0[0] - $0[1] } == [-1, 0, 1, 3.5, 4.5, 5.5])
    #expect(try values([column, row]) { $0[0] * $0[1] } == [20, 4, -2, 5, 1, -0.5])
    #expect(try values([x, column]) { $0[0] / $0[1] } == [0.5, 1, 1.5, 8, 10, 12])
    #expect(try values([x, row]) { $0[0].maximum($0[1]) } == [10, 2, 3, 10, 5, 6])
    #expect(try values([x, row]) { $0[0].minimum($0[1]) } == [1, 2, -1, 4, 2, -1])
    #expect(try values([x, column]) { $0[0].power($0[1]) } == [1, 4, 9, 2, 5.0.squareRoot(), 6.0.squareRoot()])
    #expect(try values([x, row]) { $0[0] .< $0[1] } == [1, 0, 0, 1, 0, 0])
    #expect(try values([x, row]) { $0[0] .<= $0[1] } == [1, 1, 0, 1, 0, 0])
    #expect(try values([x, row]) { $0[0] .> $0[1] } == [0, 0, 1, 0, 1, 1])
    #expect(try values([x, row]) { $0[0] .>= $0[1] } == [0, 1, 1, 0, 1, 1])
    #expect(try values([x, row]) { $0[0] .== $0[1] } == [0, 1, 0, 0, 0, 0])
    #expect(try values([row, x]) { ($0[0] .> 0).select($0[1], -1) } == [1, 2, -1, 4, 5, -1])
    #expect(try values([x]) { 2 - $0[0] / 2 + 1 } == [2.5, 2, 1.5, 1, 0.5, 0])
    #expect(try values([([3], [-1.75, 1.75, 2])]) { $0[0].cast(to: .int32) } == [-1, 1, 2])
  }

  /// NaN goes through, comparisons with it are false, a branch not taken does not matter.
  @Test func notANumber() throws {
    let x = ([2], [Double.nan, 1]), y = ([2], [0.0, 2])
    for build: ([Tensor]) -> Tensor in [
      { $0[0].maximum($0[1]) }, { $0[1].maximum($0[0]) }, { $0[0].minimum($0[1]) },
      { $0[1].minimum($0[0]) }, { $0[0].relu() }, { $0[0].leakyRelu() }, { $0[0] + $0[1] },
      { $0[0].largest() },
    ] {
      #expect(try values([x, y], build)[0].isNaN)
    }
    for build: ([Tensor]) -> Tensor in [{ $0[0] .< $0[1] }, { $0[0] .<= $0[1] }, { $0[0] .== $0[0] }] {
      #expect(try values([x, y], build)[0] == 0)
    }
    #expect(try values([y, x]) { ($0[0] .> 1).select($0[1], 5) } == [5, 1])
  }

  @Test func shaping() throws {
    let x = ([2, 3], [1.0, 2, 3, 4, 5, 6])
    let cube = ([2, 2, 2], (0..<8).map(Double.init))
    #expect(try values([x]) { $0[0].transposed } == [1, 4, 2, 5, 3, 6])
    #expect(try values([cube]) { $0[0].permuted([2, 0, 1]) } == [0, 2, 4, 6, 1, 3, 5, 7])
    #expect(try values([([2, 1], [7.0, 8])]) { $0[0].broadcast(to: [2, 2, 2]) } == [7, 7, 8, 8, 7, 7, 8, 8])
    #expect(try values([x]) { $0[0].reshaped([3, -1]).transposed } == [1, 3, 5, 2, 4, 6])
    #expect(try values([x]) { $0[0].sliced(starts: [0, 0], sizes: [2, 2], steps: [1, 2]) } == [1, 3, 4, 6])
    #expect(try values([x]) { $0[0].sliced(along: -1, from: 1, count: 2) } == [2, 3, 5, 6])
    #expect(try values([([2], [1.0, 2])]) { $0[0].placed(in: [6], starts: [1], steps: [3]) } == [0, 1, 0, 0, 2, 0])
    #expect(try values([([1, 2], [1.0, 2])]) { $0[0].padded(before: [1, 0], behind: [0, 1]) } == [0, 0, 0, 1, 2, 0])
    #expect(try values([x, ([2, 1], [8.0, 9])]) { concatenate([$0[0], $0[1]], along: 1) } == [1, 2, 3, 8, 4, 5, 6, 9])
    #expect(try values([x]) { $0[0].graph.indices(along: 0, [2, 2]) } == [0, 0, 1, 1])
    #expect(try values([x]) { $0[0].graph.constant([1, 2], [2]) } == [1, 2])
    #expect(try values([x]) { $0[0].graph.fill(3, [2]) } == [3, 3])
  }

  @Test func lookUps() throws {
    let table = ([3, 2], [1.0, 2, 3, 4, 5, 6])
    #expect(try values([table], indices: ([4], [2, 0, 2, 1])) { $0[0].gathered(at: $0[1]) } == [5, 6, 1, 2, 5, 6, 3, 4])
    #expect(try values([table], indices: ([3], [1, 1, 0])) { $0[0].scatterAdded(at: $0[1], rows: 3) } == [5, 6, 4, 6, 0, 0])
    #expect(try values([table], indices: ([3], [1, 0, 1])) { $0[0].picked(at: $0[1]) } == [2, 3, 6])
    for index: Int32 in [-1, 3] {
      #expect(throws: InterpreterError.self) {
        try values([table], indices: ([1], [index])) { $0[0].gathered(at: $0[1]) }
      }
    }
  }

  @Test func reductions() throws {
    let cube = ([2, 3, 2], (1...12).map(Double.init))
    #expect(try values([cube]) { $0[0].sum(along: [1]) } == [9, 12, 27, 30])
    #expect(try values([cube]) { $0[0].sum(along: [0, 2]) } == [18, 26, 34])
    #expect(try values([cube]) { $0[0].mean(along: [0]) } == [4, 5, 6, 7, 8, 9])
    #expect(try values([cube]) { $0[0].total() } == [78])
    expectClose(try values([cube]) { $0[0].average() }, [6.5], relative: 1e-7)
    #expect(try values([cube]) { $0[0].largest(along: [1, 2]) } == [6, 12])
    #expect(try values([cube]) { (-$0[0]).largest(along: [0, 2]) } == [-1, -3, -5])
    expectClose(try values([([2], [1000.0, 1000])]) { $0[0].logSumExp(along: 0) }, [1000.6931471805599], relative: 1e-15)
    let x = ([4], [1.0, 2, 3, 4])
    #expect(try values([x]) { $0[0].cumulativeSum(along: 0) } == [1, 3, 6, 10])
    #expect(try values([x]) { $0[0].cumulativeSum(along: 0, isExclusive: true) } == [0, 1, 3, 6])
    #expect(try values([x]) { $0[0].cumulativeSum(along: 0, isReversed: true) } == [10, 9, 7, 4])
    #expect(try values([x]) { $0[0].cumulativeSum(along: 0, isExclusive: true, isReversed: true) } == [9, 7, 4, 0])
  }

  @Test func products() throws {
    let a = ([2, 3], [1.0, 2, 3, 4, 5, 6]), b = ([3, 2], [1.0, 0, 2, 1, 0, 3])
    #expect(try values([a, b]) { $0[0].matmul($0[1]) } == [5, 11, 14, 23])
    #expect(try values([a]) { $0[0].matmul($0[0].transposed) } == [14, 32, 32, 77])
    let batch = ([2, 1, 2], [1.0, 2, 3, 4]), other = ([2, 2, 1], [1.0, 1, 2, -1])
    #expect(try values([batch, other]) { $0[0].matmul($0[1]) } == [3, 2])
    #expect(try values([batch, ([2, 2], [1.0, 2, 3, 4])]) { $0[0].matmul($0[1]) } == [7, 10, 15, 22])
  }

  @Test func convolutions() throws {
    let image = ([1, 3, 3, 1], (1...9).map(Double.init))
    let kernel = ([1, 2, 2, 1], [1.0, 2, 3, 4])
    #expect(try values([image, kernel]) { $0[0].convolution($0[1], Window(kernel: 2)) } == [37, 47, 67, 77])
    #expect(try values([image, kernel]) { $0[0].convolution($0[1], Window(kernel: 2, stride: 2, padding: 1)) } == [4, 18, 36, 77])
    #expect(try values([image, kernel]) { $0[0].convolution($0[1], Window(kernel: 2, dilation: 2)) } == [1 + 6 + 21 + 36])
    // The transpose spreads each number by the kernel; here the spreads touch and do not overlap.
    let small = ([1, 2, 1, 1], [1.0, 10])
    #expect(
      try values([small, kernel]) { $0[0].transposedConvolution($0[1], Window(kernel: 2, stride: 2), extents: [4, 2]) }
        == [1, 2, 3, 4, 10, 20, 30, 40])
    // Two groups: each output sees its own channel.
    let pair = ([1, 1, 2, 2], [1.0, 10, 2, 20]), each = ([2, 1, 1, 1], [3.0, 5])
    #expect(try values([pair, each]) { $0[0].convolution($0[1], Window(kernel: 1, groups: 2)) } == [3, 50, 6, 100])
  }

  /// The contract of random tensors: a fill of the key folded with the number of the call.
  @Test func randomNumbers() throws {
    let graph = Graph()
    let tensors = [
      graph.random(.normal, [3, 5]), graph.random(.uniform, [7]),
      graph.random(.bernoulli(probability: 0.25), [40], key: "dropout"), graph.random(.normal, [3, 5]),
    ]
    var interpreter = GraphInterpreter()
    interpreter.keys = ["random": RandomKey(seed: 1), "dropout": RandomKey(seed: 2)]
    let results = try interpreter.values(of: tensors)
    var normals = [Float](repeating: 0, count: 15), uniforms = [Float](repeating: 0, count: 40)
    var stream = RandomStream(key: RandomKey(seed: 1).folding(0))
    stream.fillNormals(&normals)
    #expect(results[0] == normals.map(Double.init))
    stream = RandomStream(key: RandomKey(seed: 2).folding(2))
    stream.fillUniforms(&uniforms)
    #expect(results[2] == uniforms.map { $0 < 0.25 ? 1 : 0 })
    #expect(results[1].allSatisfy { (0..<1).contains($0) } && Set(results[1]).count == 7)
    #expect(results[3] != results[0])
    interpreter.keys = [:]
    #expect(throws: InterpreterError.self) { try interpreter.values(of: tensors) }
  }
}
