import ArgumentParser

/// `ouroboros bench WHAT…`
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure training, sampling, kernels, the farm and more.",
    discussion: """
      train W…    steps of training workloads
      sample W…   drawing samples with their models
      kernel      the processor's peak, products, convolutions and passes over memory
      shards      data-parallel steps over the ranks of mpirun
      farm balance random models   the scheduler, random numbers, the statistical models
      """,
    subcommands: [
      BenchTrainCommand.self, BenchSampleCommand.self, BenchKernelCommand.self,
      BenchShardsCommand.self, BenchScalingCommand.self, BenchSystemCommand.self,
    ],
    defaultSubcommand: BenchSystemCommand.self)
}
