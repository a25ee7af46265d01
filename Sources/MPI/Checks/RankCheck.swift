/// A check of the MPI library on any number of ranks: the tests' and a user's cluster check alike.
///
/// Every check compares what arrives with values computed locally. A wrong value is noted and the
/// check goes on, so that all ranks make the same calls; an error of the library is thrown.
public struct RankCheck: Sendable {
  public let name: String
  /// What a pass says, in one line.
  public let summary: String
  let body: @Sendable (Communicator, inout Findings) throws -> Void

  init(
    _ name: String, _ summary: String,
    _ body: @escaping @Sendable (Communicator, inout Findings) throws -> Void
  ) {
    self.name = name
    self.summary = summary
    self.body = body
  }

  /// All checks, in the order in which to run them.
  public static let all: [RankCheck] = [
    .ring, .broadcast, .reduce, .gather, .scatter, .allToAll, .messages, .requests, .repeated, .errors,
    .probe, .split, .sharedMemory, .largeCounts, .largeExchange, .repeatability,
  ]

  /// Runs the check. Collective.
  ///
  /// - Returns: on every rank the findings of all ranks.
  public func run(on communicator: Communicator) throws -> RankCheckResult {
    try communicator.barrier()
    let clock = ContinuousClock()
    var findings = Findings()
    let seconds = try clock.measure { try body(communicator, &findings) } / .seconds(1)
    let texts = try communicator.allGather(Array(findings.text.utf8))
    let failures = texts.enumerated().compactMap { rank, text in
      text.isEmpty
        ? nil : RankCheckFailure(rank: rank, message: String(decoding: text, as: UTF8.self))
    }
    return RankCheckResult(
      check: name, ranks: communicator.size, passed: failures.isEmpty,
      seconds: try communicator.allReduce(value: seconds, .maximum), failures: failures)
  }
}

/// What a check found on all ranks; as JSON one line of `ouroboros rank-check`.
public struct RankCheckResult: Codable, Equatable, Sendable {
  public let check: String
  public let ranks: Int
  public let passed: Bool
  /// Wall time of the slowest rank.
  public let seconds: Double
  public let failures: [RankCheckFailure]
}

/// What was wrong on one rank.
public struct RankCheckFailure: Codable, Equatable, Sendable {
  public let rank: Int
  public let message: String
}

/// What a check has found on one rank so far.
struct Findings {
  private(set) var lines: [String] = []
  private(set) var count = 0

  /// The first few findings; the rest are counted.
  var text: String {
    count > lines.count
      ? (lines + ["and \(count - lines.count) more"]).joined(separator: "; ")
      : lines.joined(separator: "; ")
  }

  mutating func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
    guard !condition else { return }
    count += 1
    if lines.count < 4 { lines.append(message()) }
  }

  mutating func expectEqual<V: Equatable>(_ actual: V, _ expected: V, _ what: String) {
    expect(actual == expected, "\(what): got \(actual), expected \(expected)")
  }

  /// Compares counts, then values; names the first difference.
  mutating func expectEqual<T: Equatable>(_ actual: [T], _ expected: [T], _ what: String) {
    if actual == expected { return }
    guard actual.count == expected.count else {
      return expect(false, "\(what): \(actual.count) values, expected \(expected.count)")
    }
    guard let index = actual.indices.first(where: { actual[$0] != expected[$0] }) else { return }
    expect(false, "\(what)[\(index)]: got \(actual[index]), expected \(expected[index])")
  }
}

/// Values that tell where they came from: `count` of them, different for every rank and index, so
/// small that sums over many ranks are exact in every scalar type but `UInt8`, which wraps.
func pattern<T: MPIScalar>(_ type: T.Type, rank: Int, count: Int) -> [T] {
  (0..<count).map { index in
    let value = (rank &* 31 &+ index &* 7) % 97
    return switch T.scalarKind {
    case .float32: Float(value) as! T
    case .float64: Double(value) as! T
    case .int32: Int32(value) as! T
    case .int64: Int64(value) as! T
    case .uint8: UInt8(value) as! T
    }
  }
}
