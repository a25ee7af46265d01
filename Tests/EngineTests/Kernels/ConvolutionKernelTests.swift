import CKernels
import Testing

extension KernelTests {
  @Suite("Convolutions") struct ConvolutionKernelTests {
    @Test("Random sizes of every kind, all three passes", arguments: ConvolutionCase.Kind.allCases)
    func sizes(kind: ConvolutionCase.Kind) {
      var draws = KernelDraws(seed: 5)
      let cases = kind == .large ? 6 : kind == .fourByFour ? 24 : [.wide, .threeByThree].contains(kind) ? 12 : 60
      let tolerance = ConvolutionCase.tolerance(kind)
      for number in 0..<cases {
        let example = ConvolutionCase(kind, &draws)
        for pass in 0..<3 {
          let expected = example.reference(pass)
          withEachInstructionSet { isa in
            let found = example.computed(pass)
            let what = "\(isa), \(kind) \(number), pass \(pass), \(example)"
            #expect(found.inside, "\(what): wrote beyond its scratch")
            if let i = expected.indices.first(where: {
              found.result[$0] != expected[$0] && !(abs(found.result[$0] - expected[$0]) <= tolerance)
            }) {
              Issue.record("\(what): element \(i) is \(found.result[i]), expected \(expected[i])")
            }
          }
        }
      }
    }
  }
}
