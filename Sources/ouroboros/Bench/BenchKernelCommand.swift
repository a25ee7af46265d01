import ArgumentParser
import Engine
import Foundation
import Options
import Randomness
import Workloads

/// `ouroboros bench kernel`
struct BenchKernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel",
    abstract: "Measure the processor's peak and the engine's kernels on one core.",
    discussion: """
      Products are named m×k×n with the layout of both operands (n as it is, t transposed); convolutions
      by image, window, stride, channels and direction. Operations are those of the definition:
      convolutions that are transformed do fewer and can exceed the peak.
      """)

  @ArgumentParser.Option(help: "Operands of products and convolutions; both when not given.")
  var precision: OperandPrecision?

  @ArgumentParser.Option(help: "What computes products and convolutions.")
  var library: ContractionLibrary = .automatic

  @ArgumentParser.Option(help: "How long each kernel is measured.")
  var seconds = 0.05

  @Flag(help: "One JSON object a precision.")
  var json = false

  func validate() throws {
    guard seconds > 0 else { throw ValidationError("--seconds must be above 0") }
  }

  func run() throws {
    try reportingMistakes {
      try ProcessSetup.prepare()
      for precision in precision.map({ [$0] }) ?? OperandPrecision.allCases {
        let figures = try KernelBenchmark.run(
          ProgramOptions(precision: precision, library: library), seconds: seconds)
        let peak = PeakRate.operationsPerSecond(precision)
        if json { printJSON(figures, precision, peak) } else { printTable(figures, precision, peak) }
        fflush(nil)
      }
    }
  }

  private func printJSON(
    _ figures: [KernelBenchmark.Figure], _ precision: OperandPrecision, _ peak: Double
  ) {
    let kernels = figures.map { figure -> OptionValue in
      var fields: [String: OptionValue] = [
        "kind": .text(figure.kind.rawValue), "name": .text(figure.name),
        "gigabytes_per_second": .real(figure.bytesPerSecond / 1e9),
      ]
      if figure.operationsPerSecond > 0 {
        fields["gflops_per_second"] = .real(figure.operationsPerSecond / 1e9)
      }
      if figure.isContraction { fields["peak_share"] = .real(figure.operationsPerSecond / peak) }
      return .map(fields)
    }
    print(
      OptionValue.map([
        "benchmark": .text("kernel"), "precision": .text(precision.rawValue),
        "isa": .text(VectorISA.active.rawValue), "threads": .integer(1),
        "peak_gflops_per_second": .real(peak / 1e9), "kernels": .list(kernels),
      ]).canonicalJSON)
  }

  private func printTable(
    _ figures: [KernelBenchmark.Figure], _ precision: OperandPrecision, _ peak: Double
  ) {
    print(
      "\(precision.rawValue) on \(VectorISA.active.rawValue): peak "
        + String(format: "%.1f GFLOP/s", peak / 1e9))
    for figure in figures {
      let name = "  \(figure.kind.rawValue) \(figure.name)".padding(toLength: 56, withPad: " ", startingAt: 0)
      let share =
        figure.isContraction
        ? String(format: "%7.1f%% of peak", 100 * figure.operationsPerSecond / peak) : ""
      print(
        name
          + String(
            format: "%9.1f GFLOP/s%9.1f GB/s", figure.operationsPerSecond / 1e9,
            figure.bytesPerSecond / 1e9) + share)
    }
  }
}

extension KernelBenchmark.Figure {
  /// Whether it can be held against the peak.
  fileprivate var isContraction: Bool { kind == .product || kind == .convolution }
}
