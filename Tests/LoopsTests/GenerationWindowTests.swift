import Loops
import Randomness
import Testing

/// The ring of generations against a dictionary.
@Suite struct GenerationWindowTests {
  @Test(arguments: 0..<20) func behavesLikeADictionary(seed: UInt64) {
    var stream = RandomStream(key: RandomKey(seed: seed))
    var window = GenerationWindow<Int>()
    var expected: [Int: Int] = [:]
    var start = 0
    var newest = stream.integer(below: 5)
    for step in 0..<200 {
      switch stream.integer(below: 4) {
      case 0:
        start = max(start, newest - stream.integer(below: 9))
        window.drop(before: start)
        expected = expected.filter { $0.key >= start }
      case 1 where newest >= start:
        window[newest] = -step
        expected[newest] = -step
      default:
        newest += 1 + stream.integer(below: 2)
        window[newest] = step
        if newest >= start { expected[newest] = step }
      }
      for generation in max(0, newest - 40)...newest + 3 {
        #expect(window[generation] == expected[generation], "generation \(generation), step \(step)")
      }
    }
  }

  @Test func whatIsDroppedStaysAway() {
    var window = GenerationWindow<String>()
    window[3] = "three"
    window[4] = "four"
    window.drop(before: 4)
    #expect(window[3] == nil && window[4] == "four")
    window[3] = "again"
    #expect(window[3] == nil)
    window.drop(before: .min)
    #expect(window[4] == "four")
    window.drop(before: 100)
    #expect(window[4] == nil && window[100] == nil)
    window[100] = "hundred"
    #expect(window[100] == "hundred")
  }
}
