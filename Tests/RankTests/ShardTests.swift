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
    let weights_sha256: String
    let ranks_agree: Bool
  }

  /// - Parameter hidden: 400 makes three buckets of gradients, 8 one that is far from full.
  private func train(ranks: Int, shards: Int, hidden: Int) throws -> Result {
    let result = try Launch.ouroboros(
      ranks: ranks,
      [
        "bench", "shards", "--json", "--shards", "\(shards)", "--images", "8", "--hidden",
        "\(hidden)", "--steps", "5",
      ])
    #expect(result.status == 0, "\(result.summary)")
    return try JSONDecoder().decode(Result.self, from: Data((result.lines.first ?? "").utf8))
  }

  /// Two shards leave ranks without any, one leaves nothing to add.
  @Test(arguments: [1, 2, 4, 5], [8, 400])
  func ranksChangeNoBits(shards: Int, hidden: Int) throws {
    let alone = try train(ranks: 1, shards: shards, hidden: hidden)
    #expect(alone.communication_share == 0 && alone.gradient_norm > 0)
    for ranks in 2...4 {
      let result = try train(ranks: ranks, shards: shards, hidden: hidden)
      #expect(result.ranks == ranks && result.ranks_agree)
      #expect(result.weights_sha256 == alone.weights_sha256, "\(ranks) ranks")
      #expect(result.loss == alone.loss, "\(ranks) ranks")
      #expect(result.gradient_norm == alone.gradient_norm, "\(ranks) ranks")
      if shards > 1 { #expect(result.communication_share > 0) }
    }
  }

  @Test func shardsChangeBits() throws {
    let (four, five) = (
      try train(ranks: 1, shards: 4, hidden: 8), try train(ranks: 1, shards: 5, hidden: 8)
    )
    #expect(four.weights_sha256 != five.weights_sha256)
  }
}
