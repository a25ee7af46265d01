import ArgumentParser
import Foundation
import MPI
import Models
import Options
import Randomness
import Study

/// `ouroboros bench system NAME…`, or `ouroboros bench NAME…`
struct BenchSystemCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "system", abstract: "Measure the farm, the random numbers and the statistical models.",
    discussion: """
      farm      empty chains a second through the real scheduler (under mpirun, or in one process)
      balance   chains with log-normal costs: speed-up over one worker, and how idle the workers were
      random    random numbers a second on one core
      models    seconds a generation of the statistical models on one core
      """)

  enum Benchmark: String, CaseIterable, ExpressibleByArgument { case farm, balance, random, models }

  @Argument(help: "What to measure: farm, balance, random, models.")
  var names: [Benchmark]

  @Flag(help: "One JSON object a benchmark.")
  var json = false

  @ArgumentParser.Option(help: "Chains to dispatch (farm, balance).")
  var chains = 200_000

  @ArgumentParser.Option(help: "Sum of the costs of all chains, in seconds (balance).")
  var seconds = 8.0

  func validate() throws {
    guard chains > 0, seconds > 0 else { throw ValidationError("--chains and --seconds must be above 0") }
  }

  func run() throws {
    try reportingMistakes { try ProcessSetup.prepare() }
    if MPIEnvironment.isLaunched {
      let failed = withMPI { world in
        for name in names { try measure(name, world) }
        return false
      }
      if failed { throw ExitCode(internalErrorExitCode) }
    } else {
      for name in names { try measure(name, nil) }
    }
  }

  private func measure(_ name: Benchmark, _ world: Communicator?) throws {
    let figures: [(name: String, value: Double)]
    switch name {
    case .farm: figures = try FarmBenchmark.dispatch(chains: chains, world: world)
    case .balance:
      figures = try FarmBenchmark.balance(chains: min(chains, 2_000), seconds: seconds, world: world)
    case .random:
      figures = RandomnessBenchmark.run().map { ($0.name + "_per_second", $0.perSecond) }
    case .models: figures = try ModelsBenchmark.run()
    }
    if world?.isRoot == false { return }
    if json {
      var fields: [String: OptionValue] = ["benchmark": .text(name.rawValue)]
      for (name, value) in figures { fields[name] = .real(value) }
      print(OptionValue.map(fields).canonicalJSON)
    } else {
      print(name.rawValue)
      for (name, value) in figures {
        print("  " + name.padding(toLength: 40, withPad: " ", startingAt: 0) + String(format: "%.6g", value))
      }
    }
  }
}
