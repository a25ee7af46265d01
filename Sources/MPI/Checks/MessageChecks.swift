extension RankCheck {
  /// The neighbours in the ring.
  private static func neighbours(_ world: Communicator) -> (left: Rank, right: Rank) {
    let rank = world.rank.number
    return (Rank((rank + world.size - 1) % world.size), Rank((rank + 1) % world.size))
  }

  static let ring = RankCheck("ring", "a token goes round all ranks, one after the other") {
    world, findings in
    let (left, right) = neighbours(world)
    var token: [Int64] = [1]
    if world.isRoot {
      let send = try world.startSend(token, to: right, tag: 1)
      token = try world.receive(Int64.self, from: left, tag: 1).values
      try send.wait()
    } else {
      token = try world.receive(Int64.self, from: left, tag: 1).values
      token.append(Int64(world.rank.number + 1))
      try world.send(token, to: right, tag: 1)
    }
    let hops = world.isRoot ? world.size : world.rank.number + 1
    findings.expectEqual(token, (1...hops).map(Int64.init), "token")
  }

  static let messages = RankCheck(
    "messages", "every type between each two ranks, empty messages too, in order"
  ) { world, findings in
    try checkMessages(Float.self, world, &findings)
    try checkMessages(Double.self, world, &findings)
    try checkMessages(Int32.self, world, &findings)
    try checkMessages(Int64.self, world, &findings)
    try checkMessages(UInt8.self, world, &findings)
  }

  private static func checkMessages<T: MPIScalar & Equatable>(
    _ type: T.Type, _ world: Communicator, _ findings: inout Findings
  ) throws {
    let counts = [5, 0, 3]
    var sends = SendGroup()
    do {
      for target in world.ranks {
        for count in counts {
          try sends.send(
            pattern(T.self, rank: world.rank.number, count: count), to: target, tag: 2, on: world)
        }
      }
      for source in world.ranks {
        for count in counts {
          var buffer = pattern(T.self, rank: 1_000, count: 8)
          let rest = Array(buffer[count...])
          let envelope = try world.receive(into: &buffer, from: source, tag: 2)
          let expected = Envelope(
            source: source, tag: 2, byteCount: count * MemoryLayout<T>.stride)
          findings.expectEqual(envelope, expected, "\(T.self) envelope")
          findings.expectEqual(
            buffer, pattern(T.self, rank: source.number, count: count) + rest,
            "\(T.self) of \(source)")
        }
      }
      try sends.waitAll()
    } catch {
      sends.abandonAll()
      throw error
    }
    findings.expectEqual(sends.count, 0, "sends under way")
  }

  static let requests = RankCheck(
    "requests", "messages under way: testing, waiting, taking a receive back"
  ) { world, findings in
    let (left, right) = neighbours(world)
    let values = pattern(Double.self, rank: world.rank.number, count: 1_000)
    var receive = try world.startReceive(Double.self, count: 1_200, from: left, tag: 3)
    // Nobody has sent: all ranks are still before this barrier.
    let isEarly = try receive.test()
    findings.expect(!isEarly, "a receive is complete before the send")
    try world.barrier()
    var send = try world.startSend(values, to: right, tag: 3)
    while try !receive.test() || !send.test() {}
    let isStillComplete = try receive.test()
    findings.expect(isStillComplete, "a complete receive is complete no more")
    let message = try receive.wait()
    try send.wait()
    findings.expectEqual(
      message.values, pattern(Double.self, rank: left.number, count: 1_000), "values")
    findings.expectEqual(message.envelope.source, left, "source")
    let idle = try world.startReceive(Int32.self, count: 1, from: left, tag: 99)
    let nothing = try idle.cancel()
    findings.expect(nothing == nil, "a receive that nobody answers was not taken back")
  }

  static let repeated = RankCheck(
    "repeated", "messages between fixed places, sent again and again, also two of one kind"
  ) { world, findings in
    let (left, right) = neighbours(world)
    let (short, long) = (3, 100_000)
    let sent = UnsafeMutableBufferPointer<Float>.allocate(capacity: short + long)
    let received = UnsafeMutableBufferPointer<Float>.allocate(capacity: short + long)
    defer {
      sent.deallocate()
      received.deallocate()
    }
    var messages = RepeatedMessages(on: world)
    do {
      for part in [0..<short, short..<short + long] {
        _ = try messages.addReceive(into: .init(rebasing: received[part]), from: left, tag: 7)
        _ = try messages.addSend(
          of: .init(rebasing: UnsafeBufferPointer(sent)[part]), to: right, tag: 7)
      }
      for round in 0..<3 {
        _ = sent.update(
          fromContentsOf: pattern(Float.self, rank: world.rank.number + round, count: sent.count))
        var seen = [0, 0, 0, 0]
        for number in seen.indices { try messages.start(number) }
        findings.expectEqual(messages.underWay, 4, "under way")
        while messages.underWay > 0 {
          let count = round == 1 ? try messages.test() : try messages.wait()
          for index in 0..<count { seen[messages.completed(index)] += 1 }
        }
        findings.expectEqual(seen, [1, 1, 1, 1], "times that each message was complete")
        findings.expectEqual(
          Array(received), pattern(Float.self, rank: left.number + round, count: sent.count),
          "round \(round)")
        findings.expectEqual(try messages.test(), 0, "complete messages of none under way")
      }
    } catch {
      messages.abandonAll()
      throw error
    }
  }

  static let errors = RankCheck(
    "errors", "a wrong call comes back as an error and the job goes on"
  ) { world, findings in
    let long = try world.startSend([1, 2, 3, 4] as [Int32], to: world.rank, tag: 4)
    do {
      var short: [Int32] = [0]
      try world.receive(into: &short, from: world.rank, tag: 4)
      findings.expect(false, "a message longer than its buffer was taken")
    } catch let error as MPIError {
      findings.expect(error.isTruncation, "a message longer than its buffer: \(error)")
      findings.expectEqual(error.call, "MPI_Recv", "call named")
    }
    try long.wait()
    do {
      try world.send([1] as [UInt8], to: Rank(world.size), tag: 4)
      findings.expect(false, "a message to rank \(world.size) was sent")
    } catch let error as MPIError {
      findings.expect(!error.text.isEmpty && error.rank != nil, "error without text or rank")
    }
    findings.expectEqual(try world.allReduce(value: Int32(1), .sum), Int32(world.size), "sum after")
  }

  static let probe = RankCheck(
    "probe", "messages of any sender and any kind are announced with their size"
  ) { world, findings in
    let early = try world.immediateProbe()
    findings.expect(early == nil, "a message before any was sent")
    try world.barrier()
    func tag(_ rank: Int) -> Tag { Tag(10 + rank % 5) }
    let own = pattern(Float.self, rank: world.rank.number, count: world.rank.number + 1)
    let send = try world.startSend(own, to: .root, tag: tag(world.rank.number))
    if world.isRoot {
      var seen = [Bool](repeating: false, count: world.size)
      for turn in 0..<world.size {
        var found: Envelope?
        if turn % 2 == 0 {
          found = try world.probe()
        } else {
          while found == nil { found = try world.immediateProbe() }
        }
        guard let envelope = found else { continue }
        let source = envelope.source.number
        findings.expect(!seen[source], "two messages of rank \(source)")
        seen[source] = true
        findings.expectEqual(envelope.tag, tag(source), "tag of rank \(source)")
        findings.expectEqual(envelope.count(of: Float.self), source + 1, "count of rank \(source)")
        let message = try world.receive(Float.self, from: envelope.source, tag: envelope.tag)
        findings.expectEqual(
          message.values, pattern(Float.self, rank: source, count: source + 1), "of rank \(source)")
      }
    }
    try send.wait()
    try world.barrier()
  }

  static let largeExchange = RankCheck(
    "large-exchange", "8 MiB to each neighbour while 8 MiB come from it"
  ) { world, findings in
    let (left, right) = neighbours(world)
    // Every element names its sender and its place.
    func values(of rank: Rank) -> [Int64] {
      let sender = Int64(rank.number) << 32
      return Array(sender..<sender + (1 << 20))
    }
    let own = values(of: world.rank)
    let fromLeft = try world.startReceive(Int64.self, count: own.count, from: left, tag: 5)
    let fromRight = try world.startReceive(Int64.self, count: own.count, from: right, tag: 6)
    let toRight = try world.startSend(own, to: right, tag: 5)
    let toLeft = try world.startSend(own, to: left, tag: 6)
    let leftValues = try fromLeft.wait().values
    let rightValues = try fromRight.wait().values
    try toRight.wait()
    try toLeft.wait()
    findings.expectEqual(leftValues, values(of: left), "from the left")
    findings.expectEqual(rightValues, values(of: right), "from the right")
  }
}
