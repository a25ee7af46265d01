import Foundation
import Loops
import Results
import Study
import Testing

/// Naming what a run has kept, and being told what there is.
@Suite struct KeptFileSearchTests {
  @Test func searchesFindWhatIsKeptAndSayWhatIs() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      let id = run.plan.cells[1].id
      func search(_ kind: KeptFile.Kind) throws -> KeptFileSearch {
        try KeptFileSearch(kind, of: run.plan, in: run.directory)
      }
      func message(
        _ cell: String, _ seed: Int, _ generation: Int, _ kind: KeptFile.Kind = .samples
      ) throws -> String {
        do {
          _ = try search(kind).find(cell: cell, seed: seed, generation: generation)
          return "found"
        } catch {
          return "\(exitCode(of: error)) \(error)"
        }
      }
      #expect(try message(id, 0, 0).hasPrefix("66 \(run.directory.path): no samples are kept"))
      #expect(try message(id, 0, 0, .models).hasPrefix("66 \(run.directory.path): no models are kept"))
      func keep(_ kept: KeptFile) throws {
        try run.directory.createDirectory(kept.folder)
        try run.directory.publish([1], as: kept.name)
      }
      let kept = KeptFile(.samples, cell: id, seed: 2, generation: 3)
      try keep(kept)
      let label = run.plan.labels[1]
      for cell in [id, String(id.prefix(9)), label, run.plan.fullLabels[1]] {
        #expect(try search(.samples).find(cell: cell, seed: 2, generation: 3) == kept)
      }
      #expect(try message(id, 2, 0) == "66 no samples of generation 0 are kept; of this chain: generations 3")
      #expect(try message(id, 1, 3) == "66 no samples of seed 1 are kept; of this cell: seeds 2")
      let other = try message(run.plan.cells[0].id, 2, 3)
      #expect(other.hasPrefix("66 no samples of cell ") && other.hasSuffix("\n  \(id)  \(label)"))
      let unknown = try message("zz", 2, 3)
      #expect(unknown.hasPrefix("64 no cell 'zz'") && unknown.contains(label))
      #expect(try message("", 2, 3).hasPrefix("64 "))
      let model = KeptFile(.models, cell: id, seed: 2, generation: 4)
      try keep(model)
      #expect(try search(.models).find(cell: label, seed: 2, generation: 4) == model)
      #expect(try message(id, 2, 4).contains("--from models"))
      #expect(try message(id, 2, 3, .models) == "66 no models of generation 3 are kept; of this chain: generations 4")
    }
  }
}
