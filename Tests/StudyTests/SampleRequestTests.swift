import Foundation
import Loops
import Results
import Study
import Testing

/// Naming kept samples, and being told what there is.
@Suite struct SampleRequestTests {
  @Test func requestsFindWhatIsKeptAndSayWhatIs() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      let id = run.plan.cells[1].id
      func message(_ cell: String, _ seed: Int, _ generation: Int) throws -> String {
        let request = try SampleRequest(run.directory)
        do {
          _ = try request.find(cell: cell, seed: seed, generation: generation)
          return "found"
        } catch {
          return "\(exitCode(of: error)) \(error)"
        }
      }
      #expect(try message(id, 0, 0).hasPrefix("66 \(run.directory.path): no samples are kept"))
      let kept = KeptSamples(cell: id, seed: 2, generation: 3)
      try run.directory.createDirectory("samples/\(id)/seed-2")
      try run.directory.publish([1], as: kept.name)
      let label = run.plan.labels[1]
      for cell in [id, String(id.prefix(9)), label, run.plan.fullLabels[1]] {
        #expect(try SampleRequest(run.directory).find(cell: cell, seed: 2, generation: 3) == kept)
      }
      #expect(try message(id, 2, 0) == "66 no samples of generation 0 are kept; of this chain: generations 3")
      #expect(try message(id, 1, 3) == "66 no samples of seed 1 are kept; of this cell: seeds 2")
      let other = try message(run.plan.cells[0].id, 2, 3)
      #expect(other.hasPrefix("66 no samples of cell ") && other.hasSuffix("\n  \(id)  \(label)"))
      let unknown = try message("zz", 2, 3)
      #expect(unknown.hasPrefix("64 no cell 'zz'") && unknown.contains(label))
      #expect(try message("", 2, 3).hasPrefix("64 "))
    }
  }
}
