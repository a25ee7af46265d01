import Foundation
import ProgramSupport
import Results
import TestSupport
import Testing

/// Same study, same bits: whatever the ranks, the interruptions and the resumes.
@Suite(
  .serialized,
  .enabled(if: Launch.mpirun != nil, "mpirun is not on the search path: install openmpi-bin"))
struct SamenessTests {
  /// Ranks to compare with a run without `mpirun`.
  static let ranks: [String: [Int]] = [
    "everything": [1, 2, 3, 4, 5], "everything-loops": isLong ? [1, 2, 3, 4, 5] : [3],
    "everything-discrete": isLong ? [1, 2, 3, 4, 5] : [5],
    "everything-regression": isLong ? [1, 2, 3, 4, 5] : [4],
    "everything-networks": isLong ? [1, 2, 3, 4, 5] : [3, 5],
  ]

  @Test(arguments: everythingStudies)
  func anyNumberOfRanksGivesTheSameBits(name: String) throws {
    let folder = try TemporaryFolder()
    try runStudy(studyPath(name), to: folder.file("alone"), ranks: 0)
    for ranks in try #require(Self.ranks[name]) {
      try runStudy(studyPath(name), to: folder.file("ranks-\(ranks)"), ranks: ranks)
      try expectSameResults(
        folder.file("alone"), folder.file("ranks-\(ranks)"), values: 700, "\(name), \(ranks) ranks")
    }
  }

  /// Seeds and cells added later give the run that had them from the start.
  @Test func addedSeedsAndCellsChangeNothing() throws {
    let folder = try TemporaryFolder()
    let study = studyPath("everything-regression")
    let small = ["--set", "seeds=[0, 2]", "--set", "matrix.loop.policy=[accumulate]"]
    try runStudy(study, to: folder.file("grown"), ranks: 3, small)
    try runStudy(study, to: folder.file("grown"), ranks: 2)
    try runStudy(study, to: folder.file("whole"), ranks: 0)
    try expectSameResults(folder.file("grown"), folder.file("whole"), values: 700)
    let verified = try Launch.ouroboros(["verify", folder.file("grown")])
    #expect(verified.status == 0, "\(verified.summary)")
  }

  /// Another study seed gives other bits: the comparison above can fail.
  @Test func anotherSeedGivesOtherBits() throws {
    let folder = try TemporaryFolder()
    let study = studyPath("everything-regression")
    try runStudy(study, to: folder.file("a"), ranks: 0)
    try runStudy(study, to: folder.file("b"), ranks: 0, ["--set", "seed=1"])
    let comparison = try compareRuns(
      RunDirectory(existing: folder.file("a")), RunDirectory(existing: folder.file("b")))
    #expect(comparison.chainsDifferent == comparison.chainsCompared && comparison.chainsCompared > 100)
  }
}
