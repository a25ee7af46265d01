import CKernels
import Randomness

/// A graph made ready to run, many times: instructions with all memory laid out.
///
/// A run computes the outputs from the inputs, the variables and the keys, then the variables have
/// their new values. It allocates nothing. Results are a function of those values, the graph, the
/// options and the instruction set; they do not depend on earlier runs.
///
/// ```swift
/// let graph = Graph()
/// let x = graph.input("x", [64, 784])
/// let loss = (model(x) - x).square().average()
/// let program = try Program(graph, outputs: ["loss": loss], updates: optimiser.updates(of: loss))
/// program.input("x").update(fromContentsOf: batch)
/// try program.run()
/// print(program.output("loss")[0])
/// ```
///
/// Not thread-safe: a rank computes on one thread.
public final class Program {
  private let instructions: ContiguousArray<any Instruction>
  /// What every instruction does and costs, in their order.
  public let costs: [InstructionCost]
  /// Bytes of the one allocation that holds all intermediate values.
  public let arenaBytes: Int
  /// Bytes of scratch of the kernels.
  public let scratchBytes: Int
  public let options: ProgramOptions

  private let arena: UnsafeMutableBufferPointer<UInt8>
  private let scratch: UnsafeMutableBufferPointer<UInt8>
  private let owned: [UnsafeMutableBufferPointer<Float>]
  private let variables: [Variable]
  private let finishing: [Variable: Int]
  private let inputs: [String: (type: TensorType, memory: UnsafeMutableBufferPointer<Float>)]
  private let keys: [String: KeySlot]
  private let outputs: [String: UnsafeBufferPointer<Float>]
  private let placeTexts: [String]

  /// - Parameters:
  ///   - graph: where the tensors are from; it is not needed afterwards.
  ///   - outputs: tensors whose values can be read after a run, by name.
  ///   - updates: what a run changes.
  /// - Throws: `ProgramError.graph` for a graph with mistakes, `.request` for outputs or updates that
  ///   do not fit.
  /// - Complexity: some microseconds a node.
  public init(
    _ graph: Graph, outputs: [String: Tensor], updates: [Update] = [],
    options: ProgramOptions = ProgramOptions()
  ) throws(ProgramError) {
    if let error = graph.errors.first { throw .graph(error, count: graph.errors.count) }
    let plan = try ProgramPlan(graph, outputs: outputs, updates: updates, options: options)
    let layout = ArenaPlan(plan.lowering.buffers)
    let arena = AlignedMemory.allocateUncleared(UInt8.self, count: layout.bytes)
    let scratch = AlignedMemory.allocateUncleared(UInt8.self, count: plan.lowering.scratchBytes)
    let pointers = plan.lowering.buffers.indices.map { buffer in
      switch plan.lowering.buffers[buffer].home {
      case .fixed(let pointer): pointer
      case .arena: UnsafeMutableRawPointer(arena.baseAddress!) + max(layout.offsets[buffer], 0)
      }
    }
    let places = Places(
      pointers: pointers, scratch: UnsafeMutableRawPointer(scratch.baseAddress!))
    instructions = ContiguousArray(plan.lowering.drafts.map { $0.make(places) })
    costs = plan.lowering.drafts.map(\.cost)
    placeTexts = plan.lowering.drafts.map { draft in
      draft.buffers.map { layout.offsets[$0] < 0 ? "own" : "\(layout.offsets[$0] / 1024)" }
        .joined(separator: " ")
    }
    arenaBytes = layout.bytes
    scratchBytes = plan.lowering.scratchBytes
    self.arena = arena
    self.scratch = scratch
    self.options = options
    owned = plan.lowering.owned
    inputs = plan.lowering.inputs
    keys = plan.lowering.keys
    variables = plan.variables
    finishing = plan.finishing
    self.outputs = plan.lowering.outputs.mapValues { UnsafeBufferPointer(places.buffer($0)) }
  }

  deinit {
    AlignedMemory.free(arena)
    AlignedMemory.free(scratch)
    for memory in owned { AlignedMemory.free(memory) }
  }

  // MARK: Running

  /// Computes the outputs and changes the variables.
  ///
  /// - Throws: `ProgramError.indexOutOfRange`.
  public func run() throws(ProgramError) {
    let previous = ckernels_flush_denormals(1)
    defer { _ = ckernels_flush_denormals(previous) }
    for instruction in instructions { try instruction.run() }
  }

  /// The same with `poll` called between instructions, to let messages progress or to stop. What it
  /// throws ends the run; updates that were done by then stay.
  public func run(poll: () throws -> Void) throws { try run { _ in try poll() } }

  /// The same with `body` called after every instruction with its number.
  public func run(afterEach body: (_ instruction: Int) throws -> Void) throws {
    let previous = ckernels_flush_denormals(1)
    defer { _ = ckernels_flush_denormals(previous) }
    for number in instructions.indices {
      try instructions[number].run()
      try body(number)
    }
  }

  /// The number of the instruction after which a variable has its new values, nil where the program
  /// does not change it. A variable that the graph does not read has them as soon as they are computed.
  public func instruction(finishing variable: Variable) -> Int? { finishing[variable] }

  /// Runs one instruction, for profiles.
  func run(instruction: Int) throws(ProgramError) { try instructions[instruction].run() }

  // MARK: Inputs and outputs

  /// Names and types of the inputs that the program reads.
  public var inputTypes: [String: TensorType] { inputs.mapValues(\.type) }

  /// The memory of a float32 input, to be filled before a run; it keeps its values.
  public func input(_ name: String) -> UnsafeMutableBufferPointer<Float> {
    guard let input = inputs[name], input.type.element == .float32 else {
      preconditionFailure("no float32 input \(name); there are \(inputs.keys.sorted())")
    }
    return input.memory
  }

  /// The memory of an int32 input.
  public func integerInput(_ name: String) -> UnsafeMutableBufferPointer<Int32> {
    guard let input = inputs[name], input.type.element == .int32 else {
      preconditionFailure("no int32 input \(name); there are \(inputs.keys.sorted())")
    }
    return UnsafeMutableBufferPointer(
      start: UnsafeMutableRawPointer(input.memory.baseAddress!).assumingMemoryBound(to: Int32.self),
      count: input.memory.count)
  }

  /// Whether the program reads an input of this name; one that no output depends on is not read.
  public func hasInput(_ name: String) -> Bool { inputs[name] != nil }

  /// The key of the random numbers that `Graph.random` calls `name`; stays until it is set again.
  public func setKey(_ key: RandomKey, for name: String = "random") {
    keys[name]?.key = key
  }

  /// The values of an output after the last run, row-major.
  public func output(_ name: String) -> UnsafeBufferPointer<Float> {
    guard let output = outputs[name] else {
      preconditionFailure("no output \(name); there are \(outputs.keys.sorted())")
    }
    return output
  }

  /// The values of an int32 output.
  public func integerOutput(_ name: String) -> UnsafeBufferPointer<Int32> {
    let floats = output(name)
    return UnsafeBufferPointer(
      start: UnsafeRawPointer(floats.baseAddress!).assumingMemoryBound(to: Int32.self),
      count: floats.count)
  }

  // MARK: Costs

  /// Multiplications and additions of one run in products and convolutions.
  public var contractionOperations: Double {
    costs.reduce(0) {
      $1.kind == .product || $1.kind == .convolution ? $0 + $1.operations : $0
    }
  }

  /// Bytes that the instructions of one run read and write, had no cache held them.
  public var bytes: Double { costs.reduce(0) { $0 + $1.bytes } }

  /// A listing for people: every instruction with its cost and the places of its values in the arena
  /// in KiB (`own` for memory outside), then sums.
  public var listing: String {
    var lines = ["  #     MFLOP      KiB  instruction  [arena]"]
    for (index, cost) in costs.enumerated() {
      lines.append(
        "\(padded(index, 4)) \(padded(cost.operations / 1e6, 9)) \(padded(cost.bytes / 1024, 8))  \(cost.text)  [\(placeTexts[index])]")
    }
    lines.append(
      "\(costs.count) instructions, \(Int(contractionOperations / 1e6)) MFLOP in products, \(Int(bytes / 1024)) KiB moved, arena \(arenaBytes / 1024) KiB, scratch \(scratchBytes / 1024) KiB")
    return lines.joined(separator: "\n")
  }
}

private func padded(_ value: Double, _ width: Int) -> String {
  let tenths = Int((value * 10).rounded())
  return padded("\(tenths / 10).\(tenths % 10)", width)
}

private func padded(_ value: some CustomStringConvertible, _ width: Int) -> String {
  let text = "\(value)"
  return String(repeating: " ", count: max(width - text.count, 0)) + text
}
