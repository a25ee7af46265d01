import Foundation
import MPI
import ProgramSupport
import TestSupport
import Testing

/// The checks of the MPI library on 1 to 4 ranks: 3 shows what even counts hide.
@Suite(
  .serialized,
  .enabled(if: Launch.mpirun != nil, "mpirun is not on the search path: install openmpi-bin"))
struct RankTests {
  @Test(arguments: [1, 2, 3, 4])
  func checksPass(ranks: Int) throws {
    let result = try Launch.ouroboros(ranks: ranks, ["rank-check"])
    #expect(result.status == 0, "\(result.summary)")
    let findings = try result.lines.map {
      try JSONDecoder().decode(RankCheckResult.self, from: Data($0.utf8))
    }
    #expect(findings.map(\.check) == RankCheck.all.map(\.name))
    for finding in findings {
      #expect(finding.ranks == ranks)
      #expect(finding.passed && finding.failures.isEmpty, "\(finding)")
    }
  }

  @Test func oneRankWithoutLauncher() throws {
    let result = try Launch.ouroboros(["rank-check", "ring", "reduce"])
    #expect(result.status == 0, "\(result.summary)")
    #expect(result.lines.count == 2)
  }

  /// A rank that throws while the others wait ends the job, with the code of its error.
  @Test(arguments: [0, 2])
  func throwingRankEndsTheJob(rank: Int) throws {
    let result = try Launch.ouroboros(
      ranks: 3, ["rank-check", "throw", "--rank", "\(rank)", "--code", "43"], timeoutSeconds: 20)
    #expect(result.status == 43 && !result.timedOut, "\(result.summary)")
    #expect(result.seconds < 10)
    let lines = result.errorOutput.split(whereSeparator: \.isNewline)
    let messages = lines.filter { $0.contains("deliberate failure with exit code 43") }
    #expect(messages.count == 1, "\(result.summary)")
    #expect(messages.first?.hasPrefix("ouroboros: rank \(rank) on ") == true)
  }

  /// The launcher of these tests notices a program that does not end.
  @Test func programsThatHangAreKilled() throws {
    let result = try Launch.run(
      URL(fileURLWithPath: "/bin/sh"), ["-c", "echo started; exec sleep 100"], timeoutSeconds: 0.5)
    #expect(result.timedOut && result.status == 128 + SIGTERM, "\(result.summary)")
    #expect(result.lines == ["started"])
    #expect(result.seconds < 4)
  }

  @Test func unknownCheckIsAUsageError() throws {
    let result = try Launch.ouroboros(["rank-check", "rong"])
    #expect(result.status == 64)
    #expect(result.errorOutput.contains("ring"))
  }
}
