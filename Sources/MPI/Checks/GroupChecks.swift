extension RankCheck {
  static let split = RankCheck(
    "split", "groups by colour and key, by node, and a duplicate with messages of its own"
  ) { world, findings in
    try checkColors(world, &findings)
    let node = try world.splitByNode()
    findings.expect(
      node.size >= 1 && node.size <= world.size, "\(node.size) ranks on a node of \(world.size)")
    try node.free()

    let copy = try world.duplicate()
    findings.expectEqual(copy.rank, world.rank, "rank in the duplicate")
    findings.expectEqual(copy.size, world.size, "size of the duplicate")
    let send = try copy.startSend([7] as [Int32], to: copy.rank, tag: 8)
    let stray = try world.immediateProbe()
    findings.expect(stray == nil, "a message of the duplicate arrives outside it")
    findings.expectEqual(
      try copy.receive(Int32.self, from: copy.rank, tag: 8).values, [7], "message in the duplicate")
    try send.wait()
    try copy.free()
  }

  /// Two groups by parity, in reverse order; then every third rank stays out.
  private static func checkColors(_ world: Communicator, _ findings: inout Findings) throws {
    let number = world.rank.number
    let members = world.ranks.map(\.number).filter { $0 % 2 == number % 2 }.reversed()
    guard let half = try world.split(color: number % 2, key: -number) else {
      return findings.expect(false, "no group for colour \(number % 2)")
    }
    findings.expectEqual(
      try half.allGather(value: Int64(number)), members.map(Int64.init), "members by parity")
    findings.expectEqual(
      try half.allReduce(value: Int64(number), .sum), Int64(members.reduce(0, +)), "sum of a group")
    try half.free()

    let part = try world.split(color: number % 3 == 2 ? nil : 0)
    findings.expectEqual(part == nil, number % 3 == 2, "a group for nil")
    if let part {
      findings.expectEqual(
        part.size, world.ranks.filter { $0.number % 3 != 2 }.count, "size of the group")
      try part.free()
    }
  }

  static let sharedMemory = RankCheck(
    "shared-memory", "what a rank of the node writes into shared memory, the others read"
  ) { world, findings in
    let node = try world.splitByNode()
    let number = node.rank.number
    // No whole pages: ranks write beside each other in one.
    let each = 1_025
    guard let memory = try node.shareMemory(byteCount: 8 * each * node.size) else {
      // Allowed: containers may keep processes apart. Sums over ranks then go by messages.
      return try node.free()
    }
    let values = memory.bytes.bindMemory(to: Int64.self)
    findings.expect(values.allSatisfy { $0 == 0 }, "memory that nobody has written is not zero")
    try node.barrier()
    for index in 0..<each { values[number * each + index] = Int64(number * 10_000 + index) }
    try node.barrier()
    findings.expect(
      values.indices.allSatisfy { values[$0] == Int64($0 / each * 10_000 + $0 % each) },
      "other values than the ranks have written")
    try node.free()
  }

  static let largeCounts = RankCheck(
    "large-counts", "buffers above the count limit of one call, here lowered to 64, in every call"
  ) { world, findings in
    let small = world.limitingCounts(to: 64)
    let number = world.rank.number
    func values(_ rank: Int) -> [Int32] {
      // Whole multiples of the limit, and not; and one block of a single piece.
      pattern(Int32.self, rank: rank, count: [1_000, 640, 64, 65][rank % 4])
    }
    let every = world.ranks.map { values($0.number) }

    let target = Rank((number + 1) % world.size)
    let source = Rank((number + world.size - 1) % world.size)
    let send = try small.startSend(values(number), to: target, tag: 9)
    let message = try small.receive(Int32.self, from: source, tag: 9)
    try send.wait()
    findings.expectEqual(message.values, values(source.number), "message")
    findings.expectEqual(message.envelope.count(of: Int32.self), message.values.count, "count")

    for root in world.ranks {
      var copy = world.rank == root ? every[root.number] : every[root.number].map { _ in 0 }
      try small.broadcast(&copy, from: root)
      findings.expectEqual(copy, every[root.number], "broadcast")
      let gathered = try small.gather(every[number], to: root)
      findings.expectEqual(gathered ?? [], world.rank == root ? every : [], "gather")
      let scattered = try small.scatter(world.rank == root ? every : nil, from: root)
      findings.expectEqual(scattered, every[number], "scatter")
    }
    let mine = pattern(Int64.self, rank: number, count: 333)
    var chunked = mine
    var whole = mine
    try small.allReduce(&chunked, .sum)
    try world.allReduce(&whole, .sum)
    findings.expectEqual(chunked, whole, "sum to all")
    if let sum = try small.reduce(mine, .sum) { findings.expectEqual(sum, whole, "sum") }
    findings.expectEqual(try small.allGather(every[number]), every, "gather to all")
    let blocks = world.ranks.map {
      pattern(Float.self, rank: number + 3 * $0.number, count: 50 + 20 * $0.number)
    }
    let expected = world.ranks.map {
      pattern(Float.self, rank: $0.number + 3 * number, count: 50 + 20 * number)
    }
    findings.expectEqual(try small.allToAll(blocks), expected, "all to all")
  }
}
