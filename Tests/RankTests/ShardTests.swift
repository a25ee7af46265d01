import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Data-parallel training has the same bits whatever the number of ranks.
@Suite(
  .serialized,
  .enabled(if: Launch.mpirun != nil, "mpirun is not on the search path: install openmpi-bin"))
struct ShardTests {
  private struct Result: Decodable {
    let ranks: Int
    let loss: Double
    let gradient_norm: Double
    let communication_share: Double
    let shared_memory: Bool
    let weights_sha256: String
    let ranks_agree: Bool
  }

  /// - Parameters:
  ///   - hidden: 400 makes three buckets of gradients, 8 one that is far from full.
  ///   - messages: instead of shared memory.
  private func train(
    ranks: Int, shards: Int, hidden: Int, messages: Bool = false
  ) throws -> Result {
    let result = try Launch.ouroboros(
      ranks: ranks,
      [
        "bench", "shards", "--json", "--shards", "\(shards)", "--images", "8", "--hidden",
        "\(hidden)", "--steps", "5",
      ] + (messages ? ["--messages"] : []))
    #expect(result.status == 0, "\(result.summary)")
    return try JSONDecoder().decode(Result.self, from: Data((result.lines.first ?? "").utf8))
  }

  /// Two shards leave ranks without any, one leaves nothing to add; of five and seven, a rank has sums
  /// that it cannot add to one another.
  @Test(arguments: [1, 2, 4, 5, 7], [8, 400])
  func ranksChangeNoBits(shards: Int, hidden: Int) throws {
    let alone = try train(ranks: 1, shards: shards, hidden: hidden)
    #expect(alone.communication_share == 0 && alone.gradient_norm > 0)
    for (ranks, messages) in [2, 3, 4].flatMap({ [($0, false), ($0, true)] }) {
      let result = try train(ranks: ranks, shards: shards, hidden: hidden, messages: messages)
      #expect(result.ranks == ranks && result.ranks_agree)
      #expect(result.shared_memory == (shards > 1 && !messages))
      #expect(result.weights_sha256 == alone.weights_sha256, "\(ranks) ranks")
      #expect(result.loss == alone.loss, "\(ranks) ranks")
      #expect(result.gradient_norm == alone.gradient_norm, "\(ranks) ranks")
      if shards > 1 { #expect(result.communication_share > 0) }
    }
  }

  /// Where files may not be as long as the sums the system gives no shared memory.
  @Test func refusedMemoryGivesWayToMessages() throws {
    let arguments = [
      "bench", "shards", "--json", "--shards", "4", "--images", "2", "--hidden", "1500", "--steps", "1",
    ]
    func train(_ limit: String) throws -> Result {
      let command = [Launch.mpirun!.path] + Launch.mpirunArguments(ranks: 2) + [Launch.ouroboros.path]
      let result = try Launch.run(
        URL(fileURLWithPath: "/bin/sh"),
        ["-c", "ulimit -f \(limit) && exec \"$@\"", "sh"] + command + arguments,
        environment: Launch.mpiEnvironment)
      #expect(result.status == 0, "\(result.summary)")
      return try JSONDecoder().decode(Result.self, from: Data((result.lines.first ?? "").utf8))
    }
    // Blocks of 512 bytes: enough for the library's own files, not for the 28 MiB of the sums.
    let (limited, free) = (try train("32768"), try train("unlimited"))
    #expect(!limited.shared_memory && free.shared_memory)
    #expect(limited.weights_sha256 == free.weights_sha256)
  }

  @Test func shardsChangeBits() throws {
    let (four, five) = (
      try train(ranks: 1, shards: 4, hidden: 8), try train(ranks: 1, shards: 5, hidden: 8)
    )
    #expect(four.weights_sha256 != five.weights_sha256)
  }
}
