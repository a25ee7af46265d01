import Engine
import Testing
import Workloads

@Suite struct TrainingTests {
  /// The loss of the first program of a step: a critic's rather than its generator's, which does not
  /// fall as the critic learns.
  private func losses(
    _ workload: any Workload, steps: Int, _ precision: OperandPrecision
  ) throws -> [Float] {
    let routine = try workload.training(ProgramOptions(precision: precision))
    return try (0..<steps).map { _ in
      try routine.run()
      return routine.phases[0].program.output("loss")[0]
    }
  }

  @Test(arguments: SmallWorkload.all, OperandPrecision.allCases)
  func lossesFall(_ small: SmallWorkload, _ precision: OperandPrecision) throws {
    // Three rounds through the data; the mean of the last against that of the first.
    let losses = try losses(small.make(), steps: 24, precision)
    let (first, last) = (losses.prefix(8).reduce(0, +) / 8, losses.suffix(8).reduce(0, +) / 8)
    print("\(small) \(precision.rawValue): loss \(first) → \(last)")
    #expect(losses.allSatisfy { $0.isFinite }, "\(small): \(losses)")
    #expect(last < first, "\(small) \(precision.rawValue): \(losses)")
  }

  @Test(arguments: SmallWorkload.all, OperandPrecision.allCases)
  func trainingTwiceGivesTheSameBits(_ small: SmallWorkload, _ precision: OperandPrecision) throws {
    func trained() throws -> (losses: [UInt32], weights: [[UInt32]]) {
      let workload = try small.make()
      let losses = try losses(workload, steps: 3, precision)
      return (
        losses.map(\.bitPattern), workload.variables.map { $0.array.map(\.bitPattern) }
      )
    }
    let (first, second) = (try trained(), try trained())
    #expect(first.losses == second.losses, "\(small)")
    for (variable, pair) in zip(try small.make().variables, zip(first.weights, second.weights)) {
      #expect(pair.0 == pair.1, "\(small) \(variable.name)")
    }
  }

  /// Every weight takes part: a step changes it. A bias added to all of a critic's scores cancels in
  /// the difference of their means.
  @Test(arguments: SmallWorkload.all)
  func everyWeightLearns(_ small: SmallWorkload) throws {
    let workload = try small.make()
    let before = workload.variables.map(\.array)
    let routine = try workload.training(ProgramOptions())
    for _ in 0..<2 { try routine.run() }
    let cancelled = ["critic.fc3.bias", "critic.fc.bias"]
    for (variable, old) in zip(workload.variables, before)
    where variable.isTrainable && !cancelled.contains(variable.name) {
      #expect(variable.array != old, "\(small) \(variable.name) did not change")
    }
  }

  @Test(arguments: SmallWorkload.all)
  func samplesAreFinite(_ small: SmallWorkload) throws {
    guard let routine = try small.make().sampling(ProgramOptions()) else { return }
    var draws: [[Float]] = []
    for _ in 0..<2 {
      try routine.run()
      let program = routine.phases[0].program
      if small.name.hasPrefix("gpt") || small.name.hasPrefix("opt") {
        let tokens = program.integerOutput("tokens")
        #expect(tokens.allSatisfy { (0..<11).contains($0) }, "\(small): \(Array(tokens))")
        draws.append(tokens.map { Float($0) })
      } else {
        draws.append(Array(program.output("samples")))
      }
    }
    #expect(draws.allSatisfy { $0.allSatisfy { $0.isFinite } }, "\(small)")
    #expect(draws[0] != draws[1], "\(small): two draws are the same")
  }
}
