import CAllocationCount
import Engine
import Options
import Randomness
import Testing
import Workloads

/// Running a program takes nothing from the heap; counted by replaced allocation functions.
@Suite(.enabled(if: allocation_count_works() == 1)) struct AllocationTests {
  /// Allocations that `body` makes on this thread.
  private func allocations(_ body: () throws -> Void) rethrows -> Int {
    let before = allocation_count()
    try body()
    return allocation_count() - before
  }

  @Test func countingSeesWhatIsAllocated() {
    var kept: [[Int]] = []
    kept.reserveCapacity(10)
    let counted = allocations { for size in 1...10 { kept.append([Int](repeating: size, count: size)) } }
    #expect(counted >= 10, "\(kept.count) arrays")
    let none = allocations { kept[3][0] += 1 }
    #expect(none == 0)
  }

  @Test(arguments: SmallWorkload.all, OperandPrecision.allCases)
  func runningAllocatesNothing(_ small: SmallWorkload, _ precision: OperandPrecision) throws {
    let options = ProgramOptions(precision: precision, library: .own)
    let workload = try small.make()
    for routine in [try workload.training(options), try workload.sampling(options)] {
      guard let routine else { continue }
      // Once for what is made on first use: the choice of kernels, metadata of types.
      try routine.run()
      let counted = try allocations { try routine.run() }
      #expect(counted == 0, "\(small) \(precision.rawValue)")
    }
  }

  /// Steps of several shards too: the sums over shards have their memory.
  @Test func stepsOfShardsAllocateNothing() throws {
    let workload = try VAEWorkload(
      options: OptionValues([:], specs: VAEWorkload.component.options), key: RandomKey(seed: 1))
    for shards in [1, 5] {
      let step = try TrainingStep(
        Optimiser(rule: .adam(), variables: workload.variables, learningRate: 1e-3),
        shards: LocalShards(shards: shards)
      ) { workload.shardContent(in: $0, images: 4) }
      func run() throws {
        try step.run { program, shard in program.setKey(RandomKey(seed: UInt64(shard))) }
      }
      try run()
      let counted = try allocations { try run() }
      #expect(counted == 0, "\(shards) shards")
    }
  }
}
