import Engine

/// Copies of a network's weights beside the one that is trained: generation 0, the blank model, the present
/// one, the programs that draw, packed operands, and a state while it is written.
private let weightCopies = 10

/// Bytes that training and drawing take, from the programs as they were built.
///
/// - Parameters:
///   - programs: those that train. The ones that draw and look are smaller than them.
///   - weights: of the networks.
///   - state: everything that a fit changes, the weights among it.
func workingBytes(of programs: [Program], weights: [Variable], state: [Variable]) -> Double {
  func bytes(_ variables: [Variable]) -> Double {
    4 * variables.reduce(0.0) { $0 + Double($1.shape.reduce(1, *)) }
  }
  let arenas = programs.reduce(0.0) { $0 + Double($1.arenaBytes + $1.scratchBytes) }
  return 2 * arenas + bytes(state) + Double(weightCopies) * bytes(weights)
}
