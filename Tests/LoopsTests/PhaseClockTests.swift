import Loops
import Results
import Testing

/// The clock of a chain on hands that the test moves.
@Suite struct PhaseClockTests {
  /// Seconds that stand still unless moved, and how often they were read.
  private final class Hands {
    var seconds = 100.0
    var readings = 0
    func read() -> Double {
      readings += 1
      return seconds
    }
  }

  /// The time of `count` generations with 1 : 3 between two phases, after a first fit.
  private func run(_ count: Int, unit: Double, _ hands: Hands) -> [Double] {
    var clock = PhaseClock(read: hands.read)
    hands.seconds += 5
    clock.charge(.fit)
    for _ in 0..<count {
      clock.begin()
      hands.seconds += unit
      clock.charge(.compose)
      hands.seconds += 3 * unit
      clock.charge(.sample)
    }
    return clock.take()
  }

  private func expect(_ seconds: [Double], fit: Double, compose: Double, sample: Double) {
    for phase in Phase.allCases {
      let expected = phase == .fit ? fit : phase == .compose ? compose : phase == .sample ? sample : 0
      let found = seconds[phase.rawValue]
      #expect(abs(found - expected) < 1e-9, "\(phase.name): \(found), expected \(expected)")
    }
  }

  /// Whatever is read, all time is charged, in the proportions of the phases.
  @Test(arguments: [1, 2, 8, 9, 10, 17, 100]) func shortGenerations(count: Int) {
    let hands = Hands()
    let unit = 1e-6
    let seconds = run(count, unit: unit, hands)
    expect(seconds, fit: 5, compose: Double(count) * unit, sample: Double(3 * count) * unit)
    if count == 100 { #expect(hands.readings < 60, "\(hands.readings) readings of 203") }
  }

  @Test func longGenerationsAreAllRead() {
    let hands = Hands()
    expect(run(50, unit: 1, hands), fit: 5, compose: 50, sample: 150)
    #expect(hands.readings == 102)
  }

  /// What is taken starts again at zero, also amid generations that are not read.
  @Test func takesAnewAmidShortGenerations() {
    let hands = Hands()
    var clock = PhaseClock(read: hands.read)
    var total = 0.0
    for generation in 0..<40 {
      clock.begin()
      hands.seconds += 2e-6
      clock.charge(.measure)
      if generation % 6 == 5 { total += clock.take().reduce(0, +) }
    }
    total += clock.take().reduce(0, +)
    #expect(abs(total - 80e-6) < 1e-9, "\(total)")
    #expect(clock.take().allSatisfy { $0 == 0 })
  }
}
