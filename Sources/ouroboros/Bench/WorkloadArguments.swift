import ArgumentParser
import Engine
import Options
import Workloads

extension OperandPrecision: ExpressibleByArgument {}
extension ContractionLibrary: ExpressibleByArgument {}

/// What `bench train` and `bench sample` are told.
struct WorkloadArguments: ParsableArguments {
  @Argument(help: "Workloads; all fixed ones when none is named. See --list.")
  var names: [String] = []

  @ArgumentParser.Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Change an option of the workloads, e.g. batch=256 or widths=784,400,20; repeatable.",
      valueName: "option=value"))
  var settings: [String] = []

  @ArgumentParser.Option(help: "Operands of products and convolutions; sums are always f32.")
  var precision: OperandPrecision = .float32

  @ArgumentParser.Option(help: "What computes products and convolutions.")
  var library: ContractionLibrary = .automatic

  @ArgumentParser.Option(help: "How long each workload is measured.")
  var seconds = 2.0

  @Flag(help: "One JSON object a workload.")
  var json = false

  @Flag(help: "List the workloads and their options, and measure nothing.")
  var list = false

  @Flag(help: "Show the time of every instruction, the longest first.")
  var profile = false

  @Flag(help: "Show every instruction with its cost and its place in memory.")
  var describe = false

  var options: ProgramOptions { ProgramOptions(precision: precision, library: library) }

  func validate() throws {
    guard seconds > 0 else { throw ValidationError("--seconds must be above 0") }
  }

  /// The named workloads with their options.
  ///
  /// - Throws: an error that names what is valid, for a workload or an option that does not exist or a
  ///   value that does not fit.
  func workloads() throws -> [(name: String, workload: any Workload)] {
    let named = try names.isEmpty ? WorkloadRegistry.fixed : names.map(WorkloadRegistry.named)
    return try named.map { item in (item.name, try item.make(try changes(for: item))) }
  }

  private func changes(for item: NamedWorkload) throws -> [String: OptionValue] {
    let specs = item.family.component.options
    var changes: [String: OptionValue] = [:]
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw ComponentError("--set", "'\(setting)' is not of the form option=value")
      }
      let kind = specs.first { $0.name == parts[0] }?.kind ?? .text(maximumLength: 0)
      changes[parts[0]] = kind.parse(parts[1])
    }
    return changes
  }

  /// What `--list` prints.
  static var listing: String {
    var lines = ["fixed:"]
    for item in WorkloadRegistry.fixed {
      let settings = item.settings.sorted { $0.key < $1.key }
        .map { "\($0.key)=\($0.value.canonicalJSON)" }
      lines.append("  \(item.name): " + ([item.family.component.name] + settings).joined(separator: " "))
    }
    for item in WorkloadRegistry.families {
      let component = item.family.component
      lines.append("\(component.name): \(component.summary)")
      for option in component.options {
        lines.append(
          "  \(option.name)=\(option.defaultValue?.canonicalJSON ?? "")  \(option.help) (\(option.kind.description))")
      }
    }
    return lines.joined(separator: "\n")
  }
}
