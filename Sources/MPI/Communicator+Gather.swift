internal import CMPI

extension Communicator {
  /// The ranks' values on the root, in rank order; each rank may send another count.
  ///
  /// - Returns: element r is what rank r sent; on the root, nil elsewhere.
  /// - Communication: collective; a gathering of the counts, then `MPI_Gatherv`; blocks.
  public func gather<T: MPIScalar>(
    _ values: [T], to root: Rank = .root
  ) throws(MPIError) -> [[T]]? {
    let counts = try allGather(value: Int64(values.count)).map(Int.init)
    let isRoot = rank == root
    let blocks = Blocks(counts: counts)
    var all = [T](unspecified: isRoot ? blocks.total : 0)
    try values.withUnsafeBufferPointer { (send) throws(MPIError) in
      try all.withUnsafeMutableBufferPointer { (receive) throws(MPIError) in
        if fitsOneCall(T.self, counts) {
          let raw = isRoot ? (blocks.rawCounts, blocks.rawOffsets) : ([], [])
          try check(
            cmpi_gatherv(
              send.baseAddress, Int32(send.count), receive.baseAddress, raw.0, raw.1,
              T.scalarKind.datatype, root.raw, handle), "MPI_Gatherv")
        } else {
          try exchange(
            send: send.baseAddress, Blocks(count: send.count, for: [root], of: size),
            receive: receive.baseAddress,
            isRoot ? blocks : Blocks(count: 0, for: [], of: size))
        }
      }
    }
    return isRoot ? all.parts(blocks) : nil
  }

  /// One value of each rank, for every rank (`MPI_Allgather`).
  ///
  /// - Communication: collective; one element from each rank to each; blocks.
  public func allGather<T: MPIScalar>(value: T) throws(MPIError) -> [T] {
    var values = [T](repeating: value, count: size)
    try values.withUnsafeMutableBufferPointer { (receive) throws(MPIError) in
      try withUnsafePointer(to: value) { (send) throws(MPIError) in
        try check(
          cmpi_allgather(send, receive.baseAddress, 1, T.scalarKind.datatype, handle),
          "MPI_Allgather")
      }
    }
    return values
  }

  /// The ranks' values for every rank; each rank may send another count.
  ///
  /// - Returns: element r is what rank r sent.
  /// - Communication: collective; a gathering of the counts, then `MPI_Allgatherv`; blocks.
  public func allGather<T: MPIScalar>(_ values: [T]) throws(MPIError) -> [[T]] {
    let blocks = Blocks(counts: try allGather(value: Int64(values.count)).map(Int.init))
    var all = [T](unspecified: blocks.total)
    let start = blocks.offsets[rank.number]
    all.replaceSubrange(start..<start + values.count, with: values)
    try all.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allGather(buffer, blocks)
    }
    return all.parts(blocks)
  }

  /// Completes a buffer of which each rank holds one block: block r comes from rank r, in place.
  ///
  /// - Parameters:
  ///   - values: the same length on all ranks, the sum of `counts`; the caller's block is read.
  ///   - counts: elements of each rank's block, the same on all ranks; blocks lie end to end.
  /// - Communication: collective; `values.count` elements a rank; blocks.
  public func allGather<T: MPIScalar>(
    inPlace values: inout MutableSpan<T>, counts: [Int]
  ) throws(MPIError) {
    let blocks = Blocks(counts: counts)
    precondition(
      counts.count == size && blocks.total == values.count,
      "\(counts.count) blocks of \(blocks.total) elements for \(size) ranks and \(values.count)")
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allGather(buffer, blocks)
    }
  }

  private func allGather<T: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<T>, _ blocks: Blocks
  ) throws(MPIError) {
    if fitsOneCall(T.self, blocks.counts) {
      try check(
        cmpi_allgatherv(
          cmpi_in_place(), 0, buffer.baseAddress, blocks.rawCounts, blocks.rawOffsets,
          T.scalarKind.datatype, handle), "MPI_Allgatherv")
      return
    }
    let start = blocks.offsets[rank.number]
    let count = blocks.counts[rank.number]
    let others = ranks.filter { $0 != rank }
    try exchange(
      send: buffer.baseAddress.map { UnsafePointer($0 + start) },
      Blocks(count: count, for: others, of: size),
      receive: buffer.baseAddress, blocks.without(rank))
  }
}

extension Array where Element: MPIScalar {
  /// Memory that a call is about to fill. Zeroed: the cost is small beside that of a message.
  init(unspecified count: Int) {
    self.init(unsafeUninitializedCapacity: count) { buffer, filled in
      UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, repeating: 0)
      filled = count
    }
  }

  /// The blocks as arrays of their own.
  func parts(_ blocks: Blocks) -> [[Element]] {
    zip(blocks.offsets, blocks.counts).map { Array(self[$0..<$0 + $1]) }
  }
}
