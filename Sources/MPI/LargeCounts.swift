internal import CMPI

// Counts in MPI's C interface are 32-bit, and Open MPI 4.1 hangs in a reduction of 2.4 GB: one call
// gets at most 2³⁰ bytes (`callLimit`). Longer buffers take one of three ways:
// - a message becomes one message of a derived type (`withElements`), with one envelope;
// - a broadcast or a reduction goes in pieces (`forEachPiece`);
// - a gathering or scattering collective becomes messages between the ranks (`exchange`).

extension Communicator {
  /// The most elements of a type in one call.
  func callLimit<T: MPIScalar>(_ type: T.Type) -> Int {
    min(countLimit, (1 << 30) / MemoryLayout<T>.stride)
  }

  /// Calls `body` with the count and datatype that describe `count` elements.
  ///
  /// Above the limit that is one derived type: q blocks of as many elements as the limit and a
  /// remainder. It is released afterwards; operations that were started with it complete as usual
  /// (MPI 4.0, section 5.1.9).
  func withElements<T: MPIScalar>(
    _ type: T.Type, _ count: Int, _ body: (Int32, MPI_Datatype) throws(MPIError) -> Void
  ) throws(MPIError) {
    let single = T.scalarKind.datatype
    let limit = callLimit(T.self)
    guard count > limit else { return try body(Int32(count), single) }
    let (blocks, rest) = count.quotientAndRemainder(dividingBy: limit)
    var block: MPI_Datatype?
    try check(cmpi_type_contiguous(Int32(limit), single, &block), "MPI_Type_contiguous")
    var whole: MPI_Datatype?
    let created = cmpi_type_pair(
      [Int32(blocks), Int32(rest)], [0, blocks * limit * MemoryLayout<T>.stride],
      [block, single], &whole)
    try check(cmpi_type_free(&block), "MPI_Type_free")
    try check(created, "MPI_Type_create_struct")
    try check(cmpi_type_commit(&whole), "MPI_Type_commit")
    do throws(MPIError) {
      try body(1, whole!)
    } catch {
      // The error of the call is the one to report, whatever becomes of the type.
      _ = cmpi_type_free(&whole)
      throw error
    }
    try check(cmpi_type_free(&whole), "MPI_Type_free")
  }

  /// Calls `body` with (offset, count) for consecutive pieces of a buffer; once with an empty piece
  /// for an empty buffer, so that every rank makes the same calls.
  func forEachPiece<T: MPIScalar>(
    of buffer: UnsafeMutableBufferPointer<T>, _ body: (Int, Int32) throws(MPIError) -> Void
  ) throws(MPIError) {
    let count = buffer.count
    let limit = callLimit(T.self)
    var offset = 0
    repeat {
      let piece = min(limit, count - offset)
      try body(offset, Int32(piece))
      offset += piece
    } while offset < count
  }

  /// Whether blocks of these sizes, end to end, fit the counts and offsets of one call.
  func fitsOneCall<T: MPIScalar>(_ type: T.Type, _ counts: [Int]) -> Bool {
    counts.reduce(0, +) <= callLimit(T.self)
  }

  /// Sends block r of `send` to rank r and receives rank r's block into block r of `receive`, by
  /// non-blocking messages on a communicator of their own. Collective.
  ///
  /// - Communication: 2·size messages a rank, the blocks themselves; blocks until all are done.
  func exchange<T: MPIScalar>(
    send: UnsafePointer<T>?, _ sendBlocks: Blocks,
    receive: UnsafeMutablePointer<T>?, _ receiveBlocks: Blocks
  ) throws(MPIError) {
    let inner = try duplicate()
    var requests: [MPI_Request?] = []
    for source in 0..<size where receiveBlocks.counts[source] > 0 {
      try inner.withElements(T.self, receiveBlocks.counts[source]) {
        (count, type) throws(MPIError) in
        var request: MPI_Request? = cmpi_request_null()
        try check(
          cmpi_irecv(
            receive! + receiveBlocks.offsets[source], count, type, Int32(source), 0, inner.handle,
            &request), "MPI_Irecv")
        requests.append(request)
      }
    }
    // Rank r starts with its right neighbour, so that not all ranks send to rank 0 at once.
    for step in 0..<size {
      let target = (rank.number + step) % size
      guard sendBlocks.counts[target] > 0 else { continue }
      try inner.withElements(T.self, sendBlocks.counts[target]) { (count, type) throws(MPIError) in
        var request: MPI_Request? = cmpi_request_null()
        try check(
          cmpi_isend(
            send! + sendBlocks.offsets[target], count, type, Int32(target), 0, inner.handle,
            &request), "MPI_Isend")
        requests.append(request)
      }
    }
    for index in requests.indices {
      try check(cmpi_wait(&requests[index], nil), "MPI_Wait")
    }
    try inner.free()
  }
}

/// Where each rank's block lies in a buffer, in elements.
struct Blocks {
  let counts: [Int]
  let offsets: [Int]

  /// Blocks end to end in rank order.
  init(counts: [Int]) {
    var offset = 0
    self.counts = counts
    offsets = counts.map { count in
      defer { offset += count }
      return offset
    }
  }

  /// One block at the start of the buffer that goes to, or comes from, some ranks.
  init(count: Int, for ranks: [Rank], of size: Int) {
    var counts = [Int](repeating: 0, count: size)
    for rank in ranks { counts[rank.number] = count }
    self.counts = counts
    offsets = [Int](repeating: 0, count: size)
  }

  private init(counts: [Int], offsets: [Int]) {
    self.counts = counts
    self.offsets = offsets
  }

  /// The same blocks, one of them empty.
  func without(_ rank: Rank) -> Blocks {
    var counts = self.counts
    counts[rank.number] = 0
    return Blocks(counts: counts, offsets: offsets)
  }

  var total: Int { counts.reduce(0, +) }
  /// For a call whose total was found to fit.
  var rawCounts: [Int32] { counts.map(Int32.init) }
  var rawOffsets: [Int32] { offsets.map(Int32.init) }
}
