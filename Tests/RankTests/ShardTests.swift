import Foundation
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
    let weights_sha256: String
  }

  private func train(ranks: Int, shards: Int) throws -> Result {
    let result = try Launch.ouroboros(
      ranks: ranks,
      ["bench", "shards", "--json", "--shards", "\(shards)", "--images", "8", "--steps", "5"])
    #expect(result.status == 0, "\(result.summary)")
    return try JSONDecoder().decode(Result.self, from: Data((result.lines.first ?? "").utf8))
  }

  @Test(arguments: [4, 5])
  func ranksChangeNoBits(shards: Int) throws {
    let alone = try train(ranks: 1, shards: shards)
    for ranks in 2...4 {
      let result = try train(ranks: ranks, shards: shards)
      #expect(result.ranks == ranks)
      #expect(result.weights_sha256 == alone.weights_sha256, "\(ranks) ranks")
      #expect(result.loss == alone.loss, "\(ranks) ranks")
    }
  }

  @Test func shardsChangeBits() throws {
    #expect(try train(ranks: 1, shards: 4).weights_sha256 != train(ranks: 1, shards: 5).weights_sha256)
  }
}
