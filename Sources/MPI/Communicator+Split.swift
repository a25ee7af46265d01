internal import CMPI

extension Communicator {
  /// Parts the ranks by colour (`MPI_Comm_split`, MPI 4.0, section 7.4.2).
  ///
  /// Collective, a few milliseconds. Ranks of one colour form a new communicator, ordered by key
  /// and, where keys are equal, by their old rank.
  /// - Parameter color: from 0 up; nil takes part in the call and joins no group.
  /// - Returns: the caller's group, nil for a nil colour.
  public func split(color: Int?, key: Int = 0) throws(MPIError) -> Communicator? {
    precondition((color ?? 0) >= 0, "colour \(color ?? 0) is negative")
    var part: MPI_Comm? = cmpi_comm_null()
    let raw = color.map { Int32($0) } ?? cmpi_undefined()
    try check(cmpi_comm_split(handle, raw, Int32(key), &part), "MPI_Comm_split")
    guard let part, color != nil else { return nil }
    return try Communicator(handle: part, countLimit: countLimit)
  }

  /// The ranks that share memory with this one (`MPI_Comm_split_type`): those of its node.
  public func splitByNode() throws(MPIError) -> Communicator {
    var part: MPI_Comm? = cmpi_comm_null()
    try check(cmpi_comm_split_node(handle, rank.raw, &part), "MPI_Comm_split_type")
    return try Communicator(handle: part!, countLimit: countLimit)
  }

  /// The same ranks with messages of their own (`MPI_Comm_dup`). Collective.
  public func duplicate() throws(MPIError) -> Communicator {
    var copy: MPI_Comm? = cmpi_comm_null()
    try check(cmpi_comm_dup(handle, &copy), "MPI_Comm_dup")
    return try Communicator(handle: copy!, countLimit: countLimit)
  }

  /// Gives the library's resources back (`MPI_Comm_free`). Collective; neither this value nor a
  /// copy of it may be used afterwards. For communicators made by splitting or duplicating.
  public consuming func free() throws(MPIError) {
    var raw: MPI_Comm? = handle
    try check(cmpi_comm_free(&raw), "MPI_Comm_free")
  }
}
