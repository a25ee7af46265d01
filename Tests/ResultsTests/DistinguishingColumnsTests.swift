import Results
import Testing

@Suite struct DistinguishingColumnsTests {
  /// A learning rate and a number of steps that go with the constraint say nothing of their own.
  @Test func whatFollowsIsLeftOut() {
    let rows: [[String?]] = [
      ["replace", "wgan", "clip", "0.001"], ["replace", "wgan", "penalty", "0.002"],
      ["replace", "vae", nil, nil], ["accumulate", "wgan", "clip", "0.001"],
      ["accumulate", "wgan", "penalty", "0.002"], ["accumulate", "vae", nil, nil],
    ]
    #expect(
      distinguishingColumns(rows, areNumbers: [false, false, false, true]) == [0, 1, 2])
  }

  @Test func sweepsKeepBothAxes() {
    let rows: [[String?]] = [["1", "10"], ["1", "20"], ["3", "10"], ["3", "20"]]
    #expect(distinguishingColumns(rows, areNumbers: [true, true]) == [0, 1])
    // Two that advance together are one.
    #expect(distinguishingColumns([["1", "10"], ["3", "20"]], areNumbers: [true, true]) == [0])
    #expect(distinguishingColumns([["1"], ["1"]], areNumbers: [true]).isEmpty)
    #expect(distinguishingColumns([["a", nil], ["b", "x"]], areNumbers: [false, false]) == [0])
  }
}
