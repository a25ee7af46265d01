import Engine
import Testing
import Workloads

/// Building a graph and planning its program has a budget of time, which counts of nodes and
/// instructions stand for: some microseconds a node.
@Suite struct BudgetTests {
  /// Nodes of all graphs and instructions of all programs of a training step, with a tenth to spare.
  @Test(arguments: [
    ("vae-mlp", 130, 37), ("wgan-clip-mlp", 200, 65), ("wgan-gp-mlp", 290, 85),
    ("wgan-gp-conv", 300, 85), ("ddpm-unet", 1_790, 500), ("gpt-char", 1_770, 350),
    ("gpt-bpe", 1_230, 240), ("realnvp", 590, 215),
  ])
  func graphsAndProgramsStaySmall(_ name: String, _ nodes: Int, _ instructions: Int) throws {
    let routine = try WorkloadRegistry.named(name).make().training(ProgramOptions())
    let counted = (
      nodes: routine.phases.reduce(0) { $0 + $1.nodes },
      instructions: routine.phases.reduce(0) { $0 + $1.program.costs.count }
    )
    print("\(name): \(counted.nodes) nodes, \(counted.instructions) instructions")
    #expect(counted.nodes <= nodes, "\(name)")
    #expect(counted.instructions <= instructions, "\(name)")
  }

  /// What a step multiplies and adds is fixed by its shapes: nothing is computed twice.
  @Test(arguments: [
    ("vae-mlp", 0.41984), ("wgan-clip-mlp", 2.944401408), ("wgan-gp-mlp", 4.643749888),
    ("wgan-gp-conv", 51.362562048), ("ddpm-unet", 40.82458624), ("gpt-char", 34.653339648),
    ("gpt-bpe", 23.353884672), ("realnvp", 0.411959296),
  ])
  func operationsAreThoseOfTheShapes(_ name: String, _ billions: Double) throws {
    let routine = try WorkloadRegistry.named(name).make().training(ProgramOptions())
    #expect(
      routine.contractionOperations <= billions * 1e9,
      "\(name): \(routine.contractionOperations)")
  }
}
