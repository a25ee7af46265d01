import Engine
import TestSupport
import Testing

/// Operands that do not fit: the message names the operation, all shapes, and the line of the call.
@Suite struct GraphErrorTests {
  private let graph = Graph()
  private let file = "EngineTests/GraphErrorTests.swift"

  /// The one new error is of this operation and mentions all of `words`, at one of `lines`.
  private func expectError(
    _ operation: String, _ words: [String], lines: [Int], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard let error = graph.errors.last else {
      Issue.record("no error", sourceLocation: sourceLocation)
      return
    }
    #expect(error.operation == operation, sourceLocation: sourceLocation)
    for word in words {
      #expect(error.problem.contains(word), "\(error) does not mention \(word)", sourceLocation: sourceLocation)
    }
    let site = lines.map { "\(file):\($0)" }.joined(separator: " and ")
    #expect(error.site == site, sourceLocation: sourceLocation)
    #expect(error.description == "\(error.site): \(operation): \(error.problem)", sourceLocation: sourceLocation)
  }

  @Test func namedFunctionsGiveTheirLine() {
    let x = graph.input("x", [3, 4]), y = graph.input("y", [5, 6]), image = graph.input("i", [1, 5, 5, 3])
    let labels = graph.input("labels", [3], .int32)
    _ = x.matmul(y); expectError("matmul", ["[3, 4]", "[5, 6]", "4 and 5"], lines: [#line])
    _ = x.matmul(labels); expectError("matmul", ["[3, 4]", "int32[3]", "float32"], lines: [#line])
    _ = x.maximum(y); expectError("maximum", ["[3, 4]", "[5, 6]"], lines: [#line])
    _ = x.power(y); expectError("power", ["[3, 4]", "[5, 6]"], lines: [#line])
    _ = x.select(x, y); expectError("select", ["[3, 4]", "[5, 6]"], lines: [#line])
    _ = x.reshaped([5, 2]); expectError("reshape", ["[3, 4]", "[5, 2]"], lines: [#line])
    _ = x.reshaped([5, -1]); expectError("reshape", ["[3, 4]", "[5, 2]"], lines: [#line])
    _ = x.permuted([0, 0]); expectError("permute", ["[3, 4]", "[0, 0]"], lines: [#line])
    _ = x.broadcast(to: [2, 4]); expectError("broadcast", ["[3, 4]", "[2, 4]"], lines: [#line])
    _ = x.sliced(starts: [0, 2], sizes: [3, 3]); expectError("slice", ["[3, 4]", "axis 1"], lines: [#line])
    _ = x.sliced(along: 2, from: 0, count: 1); expectError("slice", ["[3, 4]", "axis 2"], lines: [#line])
    _ = x.placed(in: [3, 3], starts: [0, 0]); expectError("place", ["[3, 4]"], lines: [#line])
    _ = x.padded(before: [1], behind: [1]); expectError("pad", ["[3, 4]"], lines: [#line])
    _ = concatenate([x, y], along: 0); expectError("concatenate", ["[3, 4]", "[5, 6]"], lines: [#line])
    _ = concatenate([x, y], along: 2); expectError("concatenate", ["axis 2"], lines: [#line])
    _ = x.sum(along: [2]); expectError("sum", ["[3, 4]", "axis 2"], lines: [#line])
    _ = x.largest(along: [-3]); expectError("maximum", ["[3, 4]"], lines: [#line])
    _ = x.cumulativeSum(along: 2); expectError("cumulativeSum", ["[3, 4]", "axis 2"], lines: [#line])
    _ = x.gathered(at: y); expectError("gather", ["[3, 4]", "[5, 6]", "int32"], lines: [#line])
    _ = y.scatterAdded(at: labels, rows: 2); expectError("scatterAdd", ["[5, 6]", "int32[3]"], lines: [#line])
    _ = labels.exp(); expectError("exp", ["int32[3]"], lines: [#line])
    _ = x.leakyRelu(slope: 0); expectError("leakyRelu", ["[3, 4]", "slope 0"], lines: [#line])
    _ = image.convolution(x, Window(kernel: 1)); expectError("convolution", ["[1, 5, 5, 3]", "[3, 4]"], lines: [#line])
    let weights = graph.input("w", [2, 3, 3, 2])
    _ = image.convolution(weights, Window(kernel: 3)); expectError("convolution", ["[1, 5, 5, 3]", "[2, 3, 3, 2]"], lines: [#line])
    _ = image.convolution(weights, Window(kernel: 6)); expectError("convolution", ["[6, 6]", "[1, 5, 5, 3]"], lines: [#line])
    _ = image.transposedConvolution(weights, Window(kernel: 3), extents: [9, 9]); expectError("convolutionTransposed", ["[9, 9]", "[1, 5, 5, 3]"], lines: [#line])
    _ = graph.constant([1, 2], [3]); expectError("constant", ["2 values", "[3]"], lines: [#line])
    _ = graph.indices(along: 2, [3]); expectError("iota", ["[3]"], lines: [#line])
    _ = graph.random(.bernoulli(probability: 2), [3]); expectError("random", ["2.0"], lines: [#line])
  }

  /// An operator cannot know its line: those of its operands.
  @Test func operatorsGiveTheLinesOfTheirOperands() {
    let x = graph.input("x", [3, 4]), first = #line
    let y = graph.input("y", [5, 6]).exp().transposed, second = #line
    _ = x + y
    expectError("add", ["[3, 4]", "[6, 5]"], lines: [first, second])
    _ = (x * 2) .< (y - 1)
    expectError("less", ["[3, 4]", "[6, 5]"], lines: [first, second])
    _ = x.sum(along: [0]).square() / y.total().reshaped([1, 1, 1]).broadcast(to: [2, 2, 2]); let third = #line
    expectError("divide", ["[1, 4]", "[2, 2, 2]"], lines: [third])
    _ = graph.input("z", [3]).transposed; let fourth = #line
    expectError("transposed", ["[3]"], lines: [fourth])
  }

  /// No line of the engine's own appears, whatever composed function or gradient made the node.
  @Test func composedFunctionsGiveTheCaller() {
    for graphCase in GraphCases.all {
      let built = DifferentiatedCase(graphCase)
      for node in built.graph.nodes {
        let site = node.site?.description ?? "none"
        #expect(!site.hasPrefix("Engine/"), "\(graphCase): \(node.operation.name) is said to be from \(site)")
      }
    }
  }

  @Test func errorsAreKeptInOrderAndThrownFirst() {
    let x = graph.input("x", [3, 4]), y = graph.input("y", [5])
    let z = (x + y).exp() * x.matmul(y)
    #expect(graph.errors.map(\.operation) == ["add", "matmul"])
    #expect(z.shape == [3, 4])
    #expect {
      _ = try Program(graph, outputs: ["z": z])
    } throws: { error in
      "\(error)".contains("add") && "\(error)".contains("(and 1 more)")
    }
    #expect(throws: GraphError.self) { try GraphInterpreter().values(of: z) }
  }

  @Test func tensorsOfTwoGraphs() {
    let x = graph.input("x", [3]), other = Graph().input("y", [3])
    _ = x + other
    #expect(graph.errors.count == 1)
    #expect(graph.errors.first?.problem.contains("different graphs") == true)
  }
}
