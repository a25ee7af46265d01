import ArgumentParser

/// `ouroboros bench train W…`
struct BenchTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Measure training steps on one core.",
    discussion: """
      Figures are of a whole step. `of peak` counts the operations of products and convolutions against
      the rate of multiply-adds in registers, measured in the same run; `products` the same while
      they run. The training data are made up.
      """)

  @OptionGroup var arguments: WorkloadArguments

  func run() throws { try WorkloadBench(arguments: arguments, isTraining: true).run() }
}

/// `ouroboros bench sample W…`
struct BenchSampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Measure drawing samples on one core, from untrained models.",
    discussion: """
      A step draws a batch; for a diffusion model it is one of the 1,000 steps that a batch takes, and
      samples are counted accordingly.
      """)

  @OptionGroup var arguments: WorkloadArguments

  func run() throws {
    var arguments = arguments
    // Of the fixed workloads those that differ in sampling only by their training are left out.
    if arguments.names.isEmpty {
      arguments.names = [
        "vae-mlp", "wgan-gp-mlp", "wgan-gp-conv", "ddpm-unet", "gpt-char", "gpt-bpe", "opt125m-step",
        "realnvp",
      ]
    }
    try WorkloadBench(arguments: arguments, isTraining: false).run()
  }
}
