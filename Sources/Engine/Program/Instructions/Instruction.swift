/// One step of a program, with everything prepared: pointers, descriptions, scratch. Running it
/// allocates nothing.
protocol Instruction: AnyObject {
  func run() throws(ProgramError)
}

/// What an instruction does and costs, for listings and estimates.
public struct InstructionCost: Sendable {
  /// What a person calls it: `matmul 128×784×400 +bias relu`.
  public var text: String
  /// The kind of work, for sums over a program: product, convolution, elementwise, movement, random,
  /// optimiser.
  public var kind: Kind
  /// Multiplications and additions; one for every elementwise function.
  public var operations: Double
  /// Bytes read and written, had no cache held them.
  public var bytes: Double

  public enum Kind: String, Sendable, CaseIterable {
    case product, convolution, elementwise, movement, random, optimiser
  }
}
