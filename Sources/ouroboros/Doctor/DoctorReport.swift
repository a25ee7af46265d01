import Foundation
import MPI

/// All that `ouroboros doctor` found, on rank 0.
struct DoctorReport: Codable {
  /// In rank order.
  let ranks: [RankFacts]
  let checks: [RankCheckResult]
  /// Hosts that do not see a file which rank 0 wrote to the directory.
  let hostsWithoutSharedDirectory: [String]

  /// The ranks of each host, in the order of the first of each.
  var hosts: [(host: String, ranks: [RankFacts])] {
    var result: [(host: String, ranks: [RankFacts])] = []
    for rank in ranks {
      if let index = result.firstIndex(where: { $0.host == rank.host }) {
        result[index].ranks.append(rank)
      } else {
        result.append((rank.host, [rank]))
      }
    }
    return result
  }

  var failedChecks: [RankCheckResult] { checks.filter { !$0.passed } }
  var fileSystemFailed: Bool { ranks.contains { $0.fileSystem?.failure != nil } }

  /// The report for people.
  func text() -> String {
    var lines: [String] = []
    if let first = ranks.first {
      lines.append("\(first.mpiLibrary)")
      lines.append("MPI \(first.mpiStandard), threads \(first.threadLevel), \(ranks.count) rank(s)")
    }
    for (host, members) in hosts {
      lines.append("")
      if let node = members.compactMap(\.node).first {
        lines += describe(node)
      } else {
        lines.append(host)
      }
      for file in members.compactMap(\.fileSystem) { lines.append("  " + describe(file)) }
      for member in members { lines.append("  " + describe(member)) }
    }
    lines.append("")
    for check in checks {
      let milliseconds = String(format: "%8.2f ms", 1_000 * check.seconds)
      let name = check.check.padding(toLength: 14, withPad: " ", startingAt: 0)
      lines.append("\(check.passed ? "ok    " : "FAILED") \(name) \(milliseconds)")
      lines += check.failures.map { "       rank \($0.rank): \($0.message)" }
    }
    lines.append("")
    let advice = self.advice()
    if advice.isEmpty { lines.append("Nothing to fix.") }
    for (index, item) in advice.enumerated() { lines.append("\(index + 1). \(item)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func describe(_ node: NodeFacts) -> [String] {
    let sets = node.instructionSets.isEmpty ? "none" : node.instructionSets.joined(separator: " ")
    let networks = node.interfaces.map { interface in
      ([interface.name] + interface.addresses).joined(separator: " ")
    }
    return [
      "\(node.host): \(node.cores) cores, \(gibibytes(node.memoryBytes)) of memory, "
        + node.cpuModel,
      "  instruction sets: \(sets)",
      "  networks: \(networks.isEmpty ? "none" : networks.joined(separator: "; "))",
    ]
  }

  private func describe(_ file: FileSystemFacts) -> String {
    if let failure = file.failure { return "\(file.directory): FAILED, \(failure)" }
    let milliseconds = String(format: "%.1f", 1_000 * file.commitSeconds)
    return "\(file.directory): \(file.kind), \(gibibytes(file.freeBytes)) free, "
      + "a file committed in \(milliseconds) ms"
  }

  private func describe(_ rank: RankFacts) -> String {
    let threads = rank.blasThreadSetting.map { "\($0)" } ?? "\(rank.blasThreads) (not set)"
    return "rank \(rank.rank): cores \(ranges(rank.cores)), BLAS threads \(threads), "
      + "kernels \(rank.blasKernel)"
  }

  private func gibibytes(_ bytes: Int64) -> String {
    String(format: "%.1f GiB", Double(bytes) / 1_073_741_824)
  }
}

/// Core numbers as ranges: `0-3,8`.
func ranges(_ numbers: [Int]) -> String {
  var parts: [(first: Int, last: Int)] = []
  for number in numbers.sorted() {
    if let last = parts.last, number == last.last + 1 {
      parts[parts.count - 1].last = number
    } else {
      parts.append((number, number))
    }
  }
  return parts.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
    .joined(separator: ",")
}
