import ArgumentParser
import Foundation
import ProgramSupport

/// Tries the promises and prints what came of it.
@main
struct Trust: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Try the promises of reliability and print a table.",
    discussion: "Exit code 0 when every promise that could be tried held. The short form takes minutes, the long one most of an hour.")

  @Flag(help: "Hundreds of cases instead of tens.")
  var long = false

  @Option(help: ArgumentHelp("Only these, e.g. P1,P4.", valueName: "list"))
  var only: String?

  @Option(help: "Chooses the moments and places of faults.")
  var seed: UInt64 = 2026

  @Option(help: ArgumentHelp("Where runs are written; removed at the end.", valueName: "folder"))
  var folder: String?

  @Option(help: ArgumentHelp("Write the table to a file as well.", valueName: "file"))
  var table: String?

  func run() throws {
    let wanted = only.map { $0.split(separator: ",").map { $0.uppercased() } }
    let all = promises + promisesOnRequest
    var chosen = wanted.map { wanted in all.filter { wanted.contains($0.name) } } ?? promises
    // P25 is judged after others: kills leave the most.
    if chosen.isEmpty { chosen = [KilledRanks()] }
    let known = Set(all.map(\.name) + ["P25"])
    if let unknown = wanted?.first(where: { !known.contains($0) }) {
      throw ValidationError("there is no promise \(unknown); there are \(known.sorted().joined(separator: ", "))")
    }
    let place = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: place) }
    var rows: [Row] = []
    var leftovers = Evidence()
    for promise in chosen {
      say("\(promise.name) \(promise.statement) …")
      let before = Leftovers.now()
      let row = row(promise, Bench(isLong: long, folder: "\(place)/\(promise.name)", seed: seed))
      rows.append(row)
      let left = before.added()
      leftovers.record(promise.name, left.isEmpty ? nil : left.joined(separator: ", "))
      if let skipped = row.skipped {
        say("  not tried: \(skipped)")
      } else {
        say("  \(row.evidence.survived) of \(row.evidence.tried), \(Int(row.seconds.rounded())) s. \(row.evidence.worst)")
        for failure in row.evidence.failures.prefix(5) { say("  FAILED \(failure)") }
      }
    }
    leftovers.worst = "\(leftovers.tried - leftovers.survived) left something"
    for failure in leftovers.failures { say("  FAILED P25 \(failure)") }
    rows.append(
      Row(
        name: "P25", statement: "nothing is left behind: processes, shared memory, session folders",
        evidence: leftovers, skipped: nil, seconds: 0))
    let text = rows.table
    print("\n\(text)\n")
    if let table { try (text + "\n").write(toFile: table, atomically: true, encoding: .utf8) }
    let held = rows.count { $0.skipped == nil && $0.holds }
    let failed = rows.filter { !$0.holds }.map(\.name)
    let skipped = rows.filter { $0.skipped != nil }.map(\.name)
    print("Promises: \(held) held, \(failed.count) failed\(list(failed)), \(skipped.count) not tried\(list(skipped))")
    if !failed.isEmpty { throw ExitCode(1) }
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
  }

  private func row(_ promise: any Promise, _ bench: Bench) -> Row {
    let start = ContinuousClock.now
    var evidence = Evidence()
    var skipped: String?
    do {
      try FileManager.default.createDirectory(atPath: bench.folder, withIntermediateDirectories: true)
      if let missing = promise.programs.first(where: { Launch.program($0) == nil }) {
        throw Unavailable("\(missing) is not installed")
      }
      // Some containers have it and forbid what it does.
      if promise.programs.contains("strace"),
        try bench.succeeds(["strace", "-o", "/dev/null", "true"]) == false
      {
        throw Unavailable("strace may not trace here")
      }
      evidence = try promise.evidence(on: bench)
    } catch let reason as Unavailable {
      skipped = reason.reason
    } catch {
      evidence.record("test", "\(error)")
    }
    bench.remove(bench.folder)
    return Row(
      name: promise.name, statement: promise.statement, evidence: evidence, skipped: skipped,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  private func makeFolder() throws -> String {
    if let folder {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      return folder
    }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "ouroboros-trust-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    return path
  }

  /// A line at once, also into a file.
  private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
