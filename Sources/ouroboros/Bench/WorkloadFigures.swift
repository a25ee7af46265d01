import Engine
import Foundation
import Options
import Workloads

/// What is measured of one routine of a workload.
struct WorkloadFigures {
  let name: String
  let workload: any Workload
  let routine: Routine
  let options: ProgramOptions
  let measurement: RoutineMeasurement
  let profile: RoutineProfile
  /// Operations a second, measured beside the routine.
  let peak: Double

  init(
    _ name: String, _ workload: any Workload, _ routine: Routine, options: ProgramOptions,
    seconds: Double
  ) throws {
    self.name = name
    self.workload = workload
    self.routine = routine
    self.options = options
    let before = PeakRate.operationsPerSecond(options.precision)
    measurement = try RoutineMeasurement(routine, seconds: seconds)
    let runs = min(max(Int(seconds / 2 / measurement.medianSeconds), 2), 50)
    profile = try RoutineProfile(routine, runs: runs)
    peak = max(before, PeakRate.operationsPerSecond(options.precision))
  }

  private var rate: Double { routine.contractionOperations / measurement.medianSeconds }

  /// - Parameter isTraining: whether the routine is a training step or draws samples.
  func json(isTraining: Bool) -> String {
    var fields: [String: OptionValue] = [
      "workload": .text(name), "precision": .text(options.precision.rawValue),
      "threads": .integer(1),
      "milliseconds_per_step": .real(measurement.medianSeconds * 1e3),
      "milliseconds_least": .real(measurement.leastSeconds * 1e3),
      "processor_milliseconds": .real(profile.seconds * 1e3),
      "steps": .integer(measurement.runs),
      "samples_per_second": .real(routine.samples / measurement.medianSeconds),
      "gflops_per_second": .real(rate / 1e9),
      "peak_gflops_per_second": .real(peak / 1e9),
      "peak_share": .real(rate / peak),
      "product_peak_share": .real(profile.contractionRate / peak),
      "arena_bytes": .integer(routine.arenaBytes),
      "parameters": .integer(workload.parameterCount),
      "seconds_to_build": .real(routine.secondsToBuild),
      "nodes": .integer(routine.phases.reduce(0) { $0 + $1.nodes }),
      "time_shares": .map(
        Dictionary(
          uniqueKeysWithValues: InstructionCost.Kind.allCases.map {
            ($0.rawValue, .real(profile.share($0)))
          })),
    ]
    if isTraining { fields["loss"] = .real(Double(routine.loss)) }
    return OptionValue.map(fields).canonicalJSON
  }

  static let header =
    "workload            ms/step     least processor   samples/s  GFLOP/s  of peak  products  arena MiB  build s  time in"

  var row: String {
    let shares = InstructionCost.Kind.allCases.compactMap { kind -> String? in
      let share = profile.share(kind)
      return share >= 0.005 ? "\(kind.rawValue) \(Int((100 * share).rounded()))%" : nil
    }
    return name.padding(toLength: 16, withPad: " ", startingAt: 0)
      + String(
        format: "%11.3f%10.3f%10.3f%12.1f%9.1f%8.1f%%%9.1f%%%11.1f%9.3f  ",
        measurement.medianSeconds * 1e3, measurement.leastSeconds * 1e3,
        profile.seconds * 1e3, routine.samples / measurement.medianSeconds, rate / 1e9, 100 * rate / peak,
        100 * profile.contractionRate / peak, Double(routine.arenaBytes) / 1_048_576,
        routine.secondsToBuild)
      + shares.joined(separator: ", ")
  }

  /// Every instruction, the longest first.
  var instructions: String {
    let sorted = profile.lines.sorted { $0.total > $1.total }
    return sorted.map { line in
      String(
        format: "%10.1f µs%6.1f%%%9.1f GFLOP/s%8.1f GB/s  ", line.total * 1e6,
        100 * line.total / profile.seconds, line.cost.operations / line.seconds / 1e9,
        line.cost.bytes / line.seconds / 1e9)
        + (line.repetitions > 1 ? "\(line.repetitions) × " : "")
        + (line.phase.isEmpty ? "" : line.phase + " ") + "#\(line.index) \(line.cost.text)"
    }.joined(separator: "\n")
  }
}

/// Measures the routines of some workloads and prints them.
struct WorkloadBench {
  let arguments: WorkloadArguments
  let isTraining: Bool

  func run() throws {
    if arguments.list { return print(WorkloadArguments.listing) }
    try reportingMistakes {
      try ProcessSetup.prepare()
      let workloads = try arguments.workloads()
      if !arguments.json { print(WorkloadFigures.header) }
      for (name, workload) in workloads { try measure(name, workload) }
    }
  }

  private func measure(_ name: String, _ workload: any Workload) throws {
    let options = arguments.options
    let built = try isTraining ? workload.training(options) : workload.sampling(options)
    guard let routine = built else { throw ComponentError(name, "has no samples to draw") }
    let figures = try WorkloadFigures(
      name, workload, routine, options: options, seconds: arguments.seconds)
    print(arguments.json ? figures.json(isTraining: isTraining) : figures.row)
    if arguments.describe {
      for phase in figures.routine.phases {
        print(phase.name.isEmpty ? "" : "\(phase.name):", phase.program.listing, separator: "\n")
      }
    }
    if arguments.profile { print(figures.instructions) }
    fflush(nil)
  }
}
