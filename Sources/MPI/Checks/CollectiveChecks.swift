extension RankCheck {
  static let broadcast = RankCheck(
    "broadcast", "each rank in turn sends values of every type, and a message, to all"
  ) { world, findings in
    for root in world.ranks {
      try checkBroadcast(Float.self, root, world, &findings)
      try checkBroadcast(Double.self, root, world, &findings)
      try checkBroadcast(Int32.self, root, world, &findings)
      try checkBroadcast(Int64.self, root, world, &findings)
      try checkBroadcast(UInt8.self, root, world, &findings)
      let message = pattern(UInt8.self, rank: root.number, count: 3 * root.number)
      let received = try world.broadcast(message: world.rank == root ? message : nil, from: root)
      findings.expectEqual(received, message, "message of \(root)")
    }
  }

  private static func checkBroadcast<T: MPIScalar & Equatable>(
    _ type: T.Type, _ root: Rank, _ world: Communicator, _ findings: inout Findings
  ) throws {
    let expected = pattern(T.self, rank: root.number, count: 17)
    var values = pattern(T.self, rank: world.rank.number, count: 17)
    try world.broadcast(&values, from: root)
    findings.expectEqual(values, expected, "\(T.self) of \(root)")
  }

  static let reduce = RankCheck(
    "reduce", "sum, product, minimum and maximum, to one rank and to all, in every type"
  ) { world, findings in
    for reduction in Reduction.allCases {
      try checkReduce(Float.self, reduction, world, &findings)
      try checkReduce(Double.self, reduction, world, &findings)
      try checkReduce(Int32.self, reduction, world, &findings)
      try checkReduce(Int64.self, reduction, world, &findings)
    }
    try checkReduce(UInt8.self, .minimum, world, &findings)
    try checkReduce(UInt8.self, .maximum, world, &findings)
    let sum = try world.allReduce(value: Int64(world.rank.number + 1), .sum)
    findings.expectEqual(sum, Int64(world.size * (world.size + 1) / 2), "sum of one value")
  }

  private static func checkReduce<T: MPIScalar & Comparable & Numeric>(
    _ type: T.Type, _ reduction: Reduction, _ world: Communicator, _ findings: inout Findings
  ) throws {
    // Products stay exact: 2 on rank 0, 1 or 0 elsewhere.
    func values(_ rank: Int) -> [T] {
      guard reduction == .product else { return pattern(T.self, rank: rank, count: 13) }
      return (0..<13).map { $0 == rank ? 0 : (rank == 0 ? 2 : 1) }
    }
    let expected = (0..<13).map { index in
      (0..<world.size).map { values($0)[index] }.reduce(nil as T?) { total, value in
        guard let total else { return value }
        return switch reduction {
        case .sum: total + value
        case .product: total * value
        case .minimum: min(total, value)
        case .maximum: max(total, value)
        }
      }!
    }
    let what = "\(reduction) of \(T.self)"
    let own = values(world.rank.number)
    var all = own
    try world.allReduce(&all, reduction)
    findings.expectEqual(all, expected, "\(what) to all")
    var span = own
    var view = span.mutableSpan
    try world.allReduce(&view, reduction)
    findings.expectEqual(span, expected, "\(what) to all in a span")
    for root in world.ranks {
      let result = try world.reduce(own, reduction, to: root)
      findings.expectEqual(result != nil, world.rank == root, "\(what): a result on \(root) alone")
      if let result { findings.expectEqual(result, expected, "\(what) to \(root)") }
      var inPlace = own
      try world.reduce(inPlace: &inPlace, reduction, to: root)
      findings.expectEqual(
        inPlace, world.rank == root ? expected : own, "\(what) to \(root) in place")
    }
  }

  static let gather = RankCheck(
    "gather", "blocks of unequal length, some empty, to one rank and to all"
  ) { world, findings in
    // Rank 1 sends nothing.
    let counts = world.ranks.map { $0.number == 1 ? 0 : 2 * $0.number + 3 }
    let expected = world.ranks.map {
      pattern(Double.self, rank: $0.number, count: counts[$0.number])
    }
    let own = expected[world.rank.number]
    for root in world.ranks {
      let parts = try world.gather(own, to: root)
      findings.expectEqual(parts != nil, world.rank == root, "a result on \(root) alone")
      if let parts { findings.expectEqual(parts, expected, "blocks on \(root)") }
    }
    findings.expectEqual(try world.allGather(own), expected, "blocks on all")
    findings.expectEqual(
      try world.allGather(value: Int32(world.rank.number * 5)),
      world.ranks.map { Int32($0.number * 5) }, "one value of each")
    var flat = world.ranks.flatMap { rank in
      rank == world.rank ? own : [Double](repeating: -1, count: counts[rank.number])
    }
    var view = flat.mutableSpan
    try world.allGather(inPlace: &view, counts: counts)
    findings.expectEqual(flat, Array(expected.joined()), "blocks in place")
  }

  static let scatter = RankCheck(
    "scatter", "blocks of unequal length, some empty, from each rank in turn"
  ) { world, findings in
    for root in world.ranks {
      let parts = world.ranks.map {
        pattern(
          Float.self, rank: $0.number + root.number, count: $0.number == 1 ? 0 : $0.number + 2)
      }
      let own = try world.scatter(world.rank == root ? parts : nil, from: root)
      findings.expectEqual(own, parts[world.rank.number], "block of \(root)")
    }
  }

  static let allToAll = RankCheck(
    "all-to-all", "a block of its own length between each two ranks"
  ) { world, findings in
    func block(from source: Rank, to target: Rank) -> [Int64] {
      pattern(
        Int64.self, rank: 5 * source.number + target.number,
        count: (source.number + 2 * target.number) % 4)
    }
    let received = try world.allToAll(world.ranks.map { block(from: world.rank, to: $0) })
    findings.expectEqual(received, world.ranks.map { block(from: $0, to: world.rank) }, "blocks")
  }

  static let repeatability = RankCheck(
    "repeatability", "the same sum again gives the same bits, and the same on every rank"
  ) { world, findings in
    // Values of very different size, whose sum depends on the order.
    let own = (0..<257).map { index in
      Float(1 + (index * 37 + world.rank.number * 11) % 101)
        * (index % 3 == 0 ? 1e-6 : (index % 3 == 1 ? 1 : 1e6)) / 7
    }
    var first = own
    try world.allReduce(&first, .sum)
    for _ in 0..<5 {
      var again = own
      try world.allReduce(&again, .sum)
      findings.expectEqual(again.map(\.bitPattern), first.map(\.bitPattern), "the sum again")
    }
    let everywhere = try world.allGather(first)
    for rank in world.ranks {
      findings.expectEqual(
        everywhere[rank.number].map(\.bitPattern), first.map(\.bitPattern),
        "the sum on rank \(rank)")
    }
  }
}
