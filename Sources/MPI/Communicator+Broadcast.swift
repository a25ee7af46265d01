internal import CMPI

extension Communicator {
  /// The root's values for every rank (`MPI_Bcast`).
  ///
  /// - Parameter values: the same count on all ranks.
  /// - Communication: collective; `values.count` elements a rank; blocks.
  public func broadcast<T: MPIScalar>(
    _ values: inout [T], from root: Rank = .root
  ) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try broadcast(buffer, from: root)
    }
  }

  /// The root's values for every rank, in place (`MPI_Bcast`).
  public func broadcast<T: MPIScalar>(
    _ values: inout MutableSpan<T>, from root: Rank = .root
  ) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try broadcast(buffer, from: root)
    }
  }

  /// One value of the root for every rank.
  public func broadcast<T: MPIScalar>(value: T, from root: Rank = .root) throws(MPIError) -> T {
    var values = [value]
    try broadcast(&values, from: root)
    return values[0]
  }

  /// A message of the root, of a length that the others do not know.
  ///
  /// - Parameter message: used on the root, where it must not be nil.
  /// - Communication: collective; two broadcasts, 8 bytes and the message; blocks.
  public func broadcast(message: [UInt8]?, from root: Rank = .root) throws(MPIError) -> [UInt8] {
    precondition(rank != root || message != nil, "the root broadcasts no message")
    let count = try broadcast(value: Int64(message?.count ?? 0), from: root)
    var bytes = rank == root ? message! : [UInt8](repeating: 0, count: Int(count))
    try broadcast(&bytes, from: root)
    return bytes
  }

  private func broadcast<T: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<T>, from root: Rank
  ) throws(MPIError) {
    try forEachPiece(of: buffer) { (offset, count) throws(MPIError) in
      try check(
        cmpi_bcast(
          buffer.baseAddress.map { $0 + offset }, count, T.scalarKind.datatype, root.raw, handle),
        "MPI_Bcast")
    }
  }
}
