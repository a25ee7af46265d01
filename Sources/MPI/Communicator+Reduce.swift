internal import CMPI

extension Communicator {
  /// Combines the ranks' values element by element, for every rank, in place (`MPI_Allreduce`).
  ///
  /// - Parameter values: the same count on all ranks; replaced by the result.
  /// - Communication: collective; O(`values.count`) elements a rank; blocks.
  public func allReduce<T: MPIScalar>(
    _ values: inout [T], _ reduction: Reduction
  ) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allReduce(buffer, reduction)
    }
  }

  /// Combines the ranks' values element by element, for every rank, in place (`MPI_Allreduce`).
  public func allReduce<T: MPIScalar>(
    _ values: inout MutableSpan<T>, _ reduction: Reduction
  ) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allReduce(buffer, reduction)
    }
  }

  /// Combines one value of each rank, for every rank.
  public func allReduce<T: MPIScalar>(value: T, _ reduction: Reduction) throws(MPIError) -> T {
    var values = [value]
    try allReduce(&values, reduction)
    return values[0]
  }

  /// Combines the ranks' values element by element, for the root alone (`MPI_Reduce`).
  ///
  /// - Parameter values: the same count on all ranks.
  /// - Returns: the result on the root, nil elsewhere.
  /// - Communication: collective; O(`values.count`) elements a rank; blocks.
  public func reduce<T: MPIScalar>(
    _ values: [T], _ reduction: Reduction, to root: Rank = .root
  ) throws(MPIError) -> [T]? {
    var result = values
    try result.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try reduce(buffer, reduction, to: root)
    }
    return rank == root ? result : nil
  }

  /// The same in place: the root's values are replaced, the others' keep as they are.
  public func reduce<T: MPIScalar>(
    inPlace values: inout [T], _ reduction: Reduction, to root: Rank = .root
  ) throws(MPIError) {
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try reduce(buffer, reduction, to: root)
    }
  }

  private func allReduce<T: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<T>, _ reduction: Reduction
  ) throws(MPIError) {
    try forEachPiece(of: buffer) { (offset, count) throws(MPIError) in
      try check(
        cmpi_allreduce(
          cmpi_in_place(), buffer.baseAddress.map { $0 + offset }, count, T.scalarKind.datatype,
          reduction.operation, handle), "MPI_Allreduce")
    }
  }

  /// In place on the root, which passes its values as the receive buffer; the others only send.
  private func reduce<T: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<T>, _ reduction: Reduction, to root: Rank
  ) throws(MPIError) {
    try forEachPiece(of: buffer) { (offset, count) throws(MPIError) in
      let piece = UnsafeMutableRawPointer(buffer.baseAddress.map { $0 + offset })
      try check(
        cmpi_reduce(
          rank == root ? UnsafeRawPointer(cmpi_in_place()) : UnsafeRawPointer(piece),
          rank == root ? piece : nil, count, T.scalarKind.datatype, reduction.operation, root.raw,
          handle), "MPI_Reduce")
    }
  }
}
