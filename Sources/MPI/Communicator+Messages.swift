internal import CMPI

// Blocking messages (MPI 4.0, chapter 3).

extension Communicator {
  /// Sends values and returns when the array may change again; that may wait for the receiver.
  ///
  /// - Communication: one message of `values.count` elements.
  public func send<T: MPIScalar>(_ values: [T], to target: Rank, tag: Tag) throws(MPIError) {
    try values.withUnsafeBufferPointer { (buffer) throws(MPIError) in
      try withElements(T.self, buffer.count) { (count, type) throws(MPIError) in
        try check(
          cmpi_send(buffer.baseAddress, count, type, target.raw, tag.number, handle), "MPI_Send")
      }
    }
  }

  /// Receives a message of any length.
  ///
  /// - Parameters:
  ///   - source: nil takes a message from any rank.
  ///   - tag: nil takes a message of any kind.
  public func receive<T: MPIScalar>(
    _ type: T.Type, from source: Rank? = nil, tag: Tag? = nil
  ) throws(MPIError) -> (values: [T], envelope: Envelope) {
    let envelope = try probe(from: source, tag: tag)
    var failure: MPIError?
    let values = [T](unsafeUninitializedCapacity: envelope.count(of: T.self)) { buffer, filled in
      do throws(MPIError) {
        filled = try receive(into: buffer, from: envelope.source, tag: envelope.tag).count(
          of: T.self)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return (values, envelope)
  }

  /// Receives a message into an array that is at least as long.
  ///
  /// - Throws: `MPIError`, with `isTruncation` for a longer message.
  /// - Returns: who sent how much; elements beyond the message keep their values.
  @discardableResult
  public func receive<T: MPIScalar>(
    into values: inout [T], from source: Rank? = nil, tag: Tag? = nil
  ) throws(MPIError) -> Envelope {
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try receive(into: buffer, from: source, tag: tag)
    }
  }

  private func receive<T: MPIScalar>(
    into buffer: UnsafeMutableBufferPointer<T>, from source: Rank?, tag: Tag?
  ) throws(MPIError) -> Envelope {
    var status = MPI_Status()
    try withElements(T.self, buffer.count) { (count, type) throws(MPIError) in
      try check(
        cmpi_recv(
          buffer.baseAddress, count, type, source?.raw ?? MPI_ANY_SOURCE,
          tag?.number ?? MPI_ANY_TAG, handle, &status), "MPI_Recv")
    }
    return try Envelope(status)
  }

  /// Waits for a message and says what it is, leaving it to be received (`MPI_Probe`).
  ///
  /// - Parameters:
  ///   - source: nil for any rank.
  ///   - tag: nil for any kind.
  public func probe(from source: Rank? = nil, tag: Tag? = nil) throws(MPIError) -> Envelope {
    var status = MPI_Status()
    try check(
      cmpi_probe(
        source?.raw ?? MPI_ANY_SOURCE, tag?.number ?? MPI_ANY_TAG, handle, &status), "MPI_Probe")
    return try Envelope(status)
  }

  /// What message is there to receive, or nil; never waits (`MPI_Iprobe`). Also gives the library
  /// the chance to move other messages on.
  public func immediateProbe(
    from source: Rank? = nil, tag: Tag? = nil
  ) throws(MPIError) -> Envelope? {
    var status = MPI_Status()
    var found: Int32 = 0
    try check(
      cmpi_iprobe(
        source?.raw ?? MPI_ANY_SOURCE, tag?.number ?? MPI_ANY_TAG, handle, &found, &status),
      "MPI_Iprobe")
    return found == 0 ? nil : try Envelope(status)
  }
}

extension Envelope {
  init(_ status: MPI_Status) throws(MPIError) {
    var bytes: MPI_Count = 0
    try withUnsafePointer(to: status) { (pointer) throws(MPIError) in
      try check(cmpi_byte_count(pointer, &bytes), "MPI_Get_elements_x")
    }
    self.init(
      source: Rank(Int(status.MPI_SOURCE)), tag: Tag(Int(status.MPI_TAG)), byteCount: Int(bytes))
  }
}
