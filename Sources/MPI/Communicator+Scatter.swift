internal import CMPI

extension Communicator {
  /// Element r of the root's list for rank r; the parts may differ in length.
  ///
  /// - Parameter parts: one for each rank; used on the root, where it must not be nil.
  /// - Returns: the caller's part.
  /// - Communication: collective; a broadcast of the counts, then `MPI_Scatterv`; blocks.
  public func scatter<T: MPIScalar>(
    _ parts: [[T]]?, from root: Rank = .root
  ) throws(MPIError) -> [T] {
    let isRoot = rank == root
    precondition(
      !isRoot || parts?.count == size, "the root scatters \(parts?.count ?? 0) parts to \(size)")
    var counts = [Int64](repeating: 0, count: size)
    if isRoot, let parts { counts = parts.map { Int64($0.count) } }
    try broadcast(&counts, from: root)
    let blocks = Blocks(counts: counts.map(Int.init))
    let all = isRoot ? Array((parts ?? []).joined()) : []
    var own = [T](unspecified: blocks.counts[rank.number])
    try all.withUnsafeBufferPointer { (send) throws(MPIError) in
      try own.withUnsafeMutableBufferPointer { (receive) throws(MPIError) in
        if fitsOneCall(T.self, blocks.counts) {
          let raw = isRoot ? (blocks.rawCounts, blocks.rawOffsets) : ([], [])
          try check(
            cmpi_scatterv(
              send.baseAddress, raw.0, raw.1, receive.baseAddress, Int32(receive.count),
              T.scalarKind.datatype, root.raw, handle), "MPI_Scatterv")
        } else {
          try exchange(
            send: send.baseAddress, isRoot ? blocks : Blocks(count: 0, for: [], of: size),
            receive: receive.baseAddress, Blocks(count: receive.count, for: [root], of: size))
        }
      }
    }
    return own
  }

  /// Part r of each rank's list for rank r: the transpose of the parts over the ranks.
  ///
  /// - Parameter parts: one for each rank; they may differ in length.
  /// - Returns: element r is what rank r sent to the caller.
  /// - Communication: collective; two `MPI_Alltoallv`, of the counts and of the parts; blocks.
  public func allToAll<T: MPIScalar>(_ parts: [[T]]) throws(MPIError) -> [[T]] {
    precondition(parts.count == size, "\(parts.count) parts for \(size) ranks")
    let sendBlocks = Blocks(counts: parts.map(\.count))
    let ones = Blocks(counts: [Int](repeating: 1, count: size))
    let receiveCounts = try allToAllInOneCall(
      sendBlocks.counts.map(Int64.init), ones, receive: ones)
    let receiveBlocks = Blocks(counts: receiveCounts.map(Int.init))
    let all = Array(parts.joined())
    // All ranks have to choose the same way, so the largest buffer anywhere decides.
    let largest = try allReduce(
      value: Int64(max(sendBlocks.total, receiveBlocks.total)), .maximum)
    if largest <= Int64(callLimit(T.self)) {
      return try allToAllInOneCall(all, sendBlocks, receive: receiveBlocks).parts(receiveBlocks)
    }
    var received = [T](unspecified: receiveBlocks.total)
    try all.withUnsafeBufferPointer { (send) throws(MPIError) in
      try received.withUnsafeMutableBufferPointer { (receive) throws(MPIError) in
        try exchange(
          send: send.baseAddress, sendBlocks, receive: receive.baseAddress, receiveBlocks)
      }
    }
    return received.parts(receiveBlocks)
  }

  private func allToAllInOneCall<T: MPIScalar>(
    _ values: [T], _ sendBlocks: Blocks, receive receiveBlocks: Blocks
  ) throws(MPIError) -> [T] {
    var received = [T](unspecified: receiveBlocks.total)
    try values.withUnsafeBufferPointer { (send) throws(MPIError) in
      try received.withUnsafeMutableBufferPointer { (receive) throws(MPIError) in
        try check(
          cmpi_alltoallv(
            send.baseAddress, sendBlocks.rawCounts, sendBlocks.rawOffsets, receive.baseAddress,
            receiveBlocks.rawCounts, receiveBlocks.rawOffsets, T.scalarKind.datatype, handle),
          "MPI_Alltoallv")
      }
    }
    return received
  }
}
