import Results
import Study
import Testing

/// Who falls silent, and what is said of it.
@Suite struct SilenceTests {
  /// Only seconds in which one listened count: a listener that was away hears first what was sent.
  @Test func clockCountsOnlyWhileItIsLookedAt() {
    var clock = SilenceClock(now: 0)
    for step in 1...20 { _ = clock.look(now: 0.1 * Double(step)) }
    #expect(abs(clock.look(now: 2) - 2) < 1e-9)
    #expect(abs(clock.look(now: 1000) - 3) < 1e-9)
    clock.heard(now: 1000)
    #expect(clock.look(now: 1000.5) == 0.5)
  }

  @Test func messageNamesRankHostChainAndGroup() {
    let place = Whereabouts(
      rank: 5, host: "node02", groupRanks: 1, chain: "cell ab, seed 3, generation 7")
    let alone = SilentRank(worker: place, number: 5, seconds: 12)
    #expect(alone.exitCode == 75)
    for part in ["rank 5 on node02", "12 s", "cell ab, seed 3, generation 7"] {
      #expect("\(alone)".contains(part), "\(alone)")
    }
    var group = place
    group.groupRanks = 4
    #expect("\(SilentRank(worker: group, number: 2, seconds: 12))".contains("group of 4 ranks led by rank 5"))
    #expect("\(SilentRank(coordinatorSilentFor: 9))".contains("coordinator"))
  }

  @Test func signsOfLifeCrossTheWire() throws {
    let place = Whereabouts(rank: 2, host: "h", groupRanks: 1, chain: nil)
    guard case .here(let read) = try FarmMessage(FarmMessage.here(place).encoded()) else {
      Issue.record("another message")
      return
    }
    #expect(read == place)
    guard case .present = try FarmMessage(FarmMessage.present.encoded()) else {
      Issue.record("another message")
      return
    }
  }

  /// What a record says of a time limit decides whether the chain is tried again.
  @Test func chainsPastTheirLimitAreTriedAgainWithMoreTime() throws {
    func history(_ message: String, _ status: ChainStatus = .failed) throws -> ChainHistory {
      var history = ChainHistory(cell: "c", seed: 1)
      try history.add(
        ChainBlock(
          cell: "c", seed: 1, firstGeneration: 0, generations: 0, metrics: [], values: [],
          provenance: [], status: status, message: message,
          seconds: [Double](repeating: 0, count: Phase.allCases.count)))
      return history
    }
    let ended = try history(ChainTimeLimit(hours: 0.25).reason)
    #expect(ended.canBeTriedAgain(chainHours: nil))
    #expect(ended.canBeTriedAgain(chainHours: 0.5))
    #expect(!ended.canBeTriedAgain(chainHours: 0.25))
    #expect(try !history("the model was told too much").canBeTriedAgain(chainHours: nil))
    #expect(try !history(ChainTimeLimit(hours: 1).reason, .diverged).canBeTriedAgain(chainHours: nil))
  }
}
