import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `ouroboros doctor` finds what was set up wrongly, and says so.
@Suite(
  .serialized,
  .enabled(if: Launch.mpirun != nil, "mpirun is not on the search path: install openmpi-bin"))
struct DoctorTests {
  /// The parts of the JSON report that the tests look at.
  struct Report: Decodable {
    struct Rank: Decodable {
      let rank: Int
      let rankOnNode: Int
      let cores: [Int]
      let blasThreadSetting: Int?
      let blasKernel: String
      let threadLevel: String
      let node: Node?
    }
    struct Node: Decodable {
      let cores: Int
      let memoryBytes: Int64
    }
    struct Check: Decodable {
      let passed: Bool
      let ranks: Int
    }
    let ranks: [Rank]
    let checks: [Check]
    let advice: [String]
  }

  /// `doctor --json`, without the exchange of messages unless asked for.
  private func examine(
    ranks: Int, checks: Bool = false, _ arguments: [String] = [],
    environment: [String: String] = [:]
  ) throws -> (result: ProgramResult, report: Report) {
    let result = try Launch.ouroboros(
      ranks: ranks,
      ["doctor", "--json"] + (checks ? [] : ["--skip-checks"]) + arguments, environment: environment
    )
    return (result, try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)))
  }

  @Test func ranksAndNodeAreDescribed() throws {
    let (result, report) = try examine(ranks: 3, checks: true)
    #expect(result.status == 0, "\(result.summary)")
    #expect(report.ranks.map(\.rank) == [0, 1, 2])
    #expect(report.ranks.map(\.rankOnNode) == [0, 1, 2])
    #expect(report.ranks.map { $0.node != nil } == [true, false, false])
    #expect(report.ranks[0].node?.cores == ProcessInfo.processInfo.activeProcessorCount)
    for rank in report.ranks {
      #expect(!rank.cores.isEmpty && !rank.blasKernel.isEmpty)
      #expect(rank.blasThreadSetting == 1)
      #expect(rank.threadLevel == "funneled")
    }
    #expect(!report.checks.isEmpty && report.checks.allSatisfy { $0.passed && $0.ranks == 3 })
    #expect(!report.advice.contains { $0.contains("BLAS") })
  }

  @Test func threadsBeyondTheCores() throws {
    let (_, report) = try examine(ranks: 2, environment: ["OPENBLAS_NUM_THREADS": "1000"])
    #expect(report.advice.contains { $0.contains("2000 BLAS threads") }, "\(report.advice)")
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.activeProcessorCount <= 16,
      "more ranks than cores would be too many here"))
  func ranksBeyondTheCoresThatDoNotYield() throws {
    let ranks = ProcessInfo.processInfo.activeProcessorCount + 1
    let (_, stubborn) = try examine(
      ranks: ranks, environment: ["OMPI_MCA_mpi_yield_when_idle": "0"])
    #expect(stubborn.advice.contains { $0.contains("mpi_yield_when_idle") }, "\(stubborn.advice)")
    let (_, polite) = try examine(ranks: ranks)
    #expect(!polite.advice.contains { $0.contains("mpi_yield_when_idle") }, "\(polite.advice)")
  }

  @Test func ranksOnOneCore() throws {
    let (_, free) = try examine(ranks: 1)
    let core = try #require(free.ranks[0].cores.first)
    let result = try Launch.run(
      try #require(Launch.mpirun),
      Launch.mpirunArguments(ranks: 2)
        + ["taskset", "-c", "\(core)", Launch.ouroboros.path, "doctor", "--json", "--skip-checks"],
      environment: Launch.mpiEnvironment)
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(
      report.advice.contains { $0.contains("Ranks 0, 1") && $0.contains("share core \(core)") },
      "\(report.advice)")
  }

  @Test(arguments: ["/proc", "/no/such/directory"])
  func directoriesThatCannotHoldARun(directory: String) throws {
    let (result, report) = try examine(ranks: 1, ["--directory", directory])
    #expect(result.status == 74, "\(result.summary)")
    #expect(report.advice.contains { $0.contains("\(directory) cannot hold a run") })
  }

  @Test func reportForPeople() throws {
    let result = try Launch.ouroboros(["doctor"])
    #expect(result.status == 0, "\(result.summary)")
    #expect(result.output.contains("Open MPI") && result.output.contains("rank 0: cores "))
    #expect(result.lines.filter { $0.hasPrefix("ok ") }.count > 10)
  }
}
