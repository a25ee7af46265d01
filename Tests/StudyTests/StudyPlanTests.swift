import Foundation
import Loops
import Options
import Study
import Testing

/// The frozen plan: written, read back, damaged, compared.
@Suite struct StudyPlanTests {
  private let text = edited(
    adding: """
      matrix: {loop.bias: [0.5, 1], model: [gaussian, {name: mixture, label: "é🔥\\x85\\u2028"}]}
      keep: {samples: [0, last], models: [last], fit: false}
      notes: "quote \\" backslash \\\\ newline \\n tab \\t bell \\a del \\x7f nbsp \\xa0 line \\u2028 mark \\ufeff"
      """)

  @Test func readsBackWhatItWrote() throws {
    let plan = try expanded(text)
    let json = plan.json
    let copy = try StudyPlan.decode(Array(json.utf8), catalogue: smallCatalogue)
    #expect(copy.json == json)
    #expect(copy.cells.map(\.id) == plan.cells.map(\.id) && copy.cells.count == 4)
    #expect(copy.cells.map(\.canonical) == plan.cells.map(\.canonical))
    #expect(copy.varying == plan.varying && copy.families == plan.families)
    #expect(copy.notes == plan.notes && copy.notes.unicodeScalars.contains("\u{2028}"))
    #expect(copy.directory == "/data" && copy.seeds == plan.seeds && copy.keep == plan.keep)
    #expect(copy.metrics == plan.metrics && copy.sourceHash == plan.sourceHash)
    #expect(try copy.relation(to: plan) == .identical)
  }

  @Test func isJSON() throws {
    let object = try JSONSerialization.jsonObject(with: Data(try expanded(text).json.utf8))
    let plan = try #require(object as? [String: Any])
    #expect(plan["ouroboros_plan"] as? Int == 1)
    #expect((plan["cells"] as? [Any])?.count == 4)
    #expect(plan["notes"] as? String == (try expanded(text).notes))
  }

  @Test func seedListsSurvive() throws {
    for seeds in ["[3]", "[3, 4]", "[9, 2, 5]", "0..<100"] {
      let plan = try expanded(edited(8, "seeds: \(seeds)"))
      #expect(
        try StudyPlan.decode(Array(plan.json.utf8), catalogue: smallCatalogue).seeds == plan.seeds)
    }
  }

  @Test func damagedPlansAreRefused() throws {
    let bytes = Array(try expanded(edited()).json.utf8)
    for end in 0..<(bytes.count - 2) {
      let error = #expect(throws: StudyError.self) {
        try StudyPlan.decode(Array(bytes[..<end]), catalogue: smallCatalogue)
      }
      #expect(error?.exitCode == 65, "cut at \(end): \(String(describing: error))")
    }
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1
      // A flipped bit in free text or in the seed is a valid other plan; anything else is refused.
      do {
        let plan = try StudyPlan.decode(damaged, catalogue: smallCatalogue)
        #expect(plan.cells.allSatisfy { $0.id == (try? expanded(edited()))?.cells[0].id })
      } catch { #expect(error.exitCode == 65) }
    }
  }

  @Test(arguments: [
    (#""ouroboros_plan":1"#, #""ouroboros_plan":2"#, "expected plan version 1, found 2"),
    (#""ouroboros_plan":1,"#, "", "'ouroboros_plan' is missing"),
    (#""bias":1.0"#, #""bias":0.5"#, "does not fit its contents"),
    (#""bias":1.0"#, #""bias":7.5"#, "(0, 1], found 7.5"),
    (#""dimension":2,"#, "", "does not fit its contents"),
    (#""components":2,"#, #""components":2,"extra":1,"#, "unknown option 'extra'"),
    (#""seed":0,"#, #""seed":0,"seed":1,"#, "duplicate key 'seed'"),
    (#""seed":0,"#, "", "'seed' is missing"),
    (#""study":"demo""#, #""study":"../demo""#, "expected a study name"),
    (#""generations":5"#, #""generations":5e9"#, "expected an integer from 1"),
    (#""ranks_per_chain":1"#, #""ranks_per_chain":2"#, "at most as many ranks as shards"),
  ])
  func editedPlansAreRefused(_ old: String, _ new: String, _ message: String) throws {
    let json = try expanded(edited()).json
    try #require(json.contains(old))
    let error = try #require(throws: StudyError.self) {
      try StudyPlan.decode(Array(json.replacing(old, with: new).utf8), catalogue: smallCatalogue)
    }
    #expect(error.description.contains(message) && error.exitCode == 65, "\(error)")
  }

  /// A large plan is read in time linear in its size.
  @Test func readsFiveThousandCells() throws {
    let values = (1...5000).map(String.init).joined(separator: ", ")
    let plan = try expanded(
      edited(adding: "matrix: {loop.samples: [\(values)]}").replacing("  samples: 20\n", with: ""))
    let start = ContinuousClock.now
    let copy = try StudyPlan.decode(Array(plan.json.utf8), catalogue: smallCatalogue)
    print(
      "plan of \(copy.cells.count) cells, \(plan.json.utf8.count) bytes, read in \(ContinuousClock.now - start)"
    )
    #expect(copy.cells.map(\.id) == plan.cells.map(\.id))
  }
}

/// Resuming a run with a changed study file.
@Suite struct PlanRelationTests {
  private let matrix = "matrix: {loop.bias: [0.5, 1]}"

  private func relation(_ new: String) throws -> PlanRelation {
    try expanded(new).relation(to: expanded(edited(adding: matrix)))
  }

  @Test(arguments: [
    edited(adding: "matrix: {loop.bias: [0.5, 1]}"),
    edited(adding: "# a remark\nmatrix: {loop.bias: [0.5, 1]}\nnotes: new"),
    edited(adding: "matrix: {loop.bias: [1, 5e-1]}"),
    edited(3, "model: {name: mixture, components: 2}", adding: "zip: {loop.bias: [0.5, 1]}"),
    edited(8, "seeds: [3, 2, 1, 0]", adding: "matrix: {loop.bias: [0.5, 1]}"),
  ])
  func theSameStudyOtherwiseWritten(_ text: String) throws {
    #expect(try relation(text) == .identical)
  }

  @Test func additionsAreExtensions() throws {
    let more = try expanded(
      edited(8, "seeds: 0..<6", adding: "matrix: {loop.bias: [0.25, 0.5, 1]}"))
    let old = try expanded(edited(adding: matrix))
    #expect(try more.relation(to: old) == .extended(cells: [more.cells[0].id], seeds: [4, 5]))
  }

  @Test(arguments: [
    (
      edited(7, "generations: 6", adding: "matrix: {loop.bias: [0.5, 1]}"),
      "'generations' was 5, is 6"
    ),
    (edited(1, "study: b", adding: "matrix: {loop.bias: [0.5, 1]}"), "'study' was demo, is b"),
    (edited(adding: "matrix: {loop.bias: [0.5, 1]}\nseed: 3"), "'seed' was 0, is 3"),
    (
      edited(9, "metrics: [wasserstein]", adding: "matrix: {loop.bias: [0.5, 1]}"),
      "'metrics' was moments, is wasserstein"
    ),
    (
      edited(adding: "matrix: {loop.bias: [0.5, 1]}\nkeep: {samples: [last]}"),
      "'keep.samples' was [], is [4]"
    ),
    (
      edited(adding: "matrix: {loop.bias: [0.5, 1]}\nkeep: {models: [0]}"),
      "'keep.models' was [], is [0]"
    ),
    (
      edited(adding: "matrix: {loop.bias: [0.5, 1]}\nkeep: {fit: false}"),
      "'keep.fit' was true, is false"
    ),
    (
      edited(8, "seeds: [0, 1, 2]", adding: "matrix: {loop.bias: [0.5, 1]}"),
      "seed 3 is no longer there"
    ),
    (edited(adding: "matrix: {loop.bias: [0.5]}"), "(loop.bias = 1.0) is no longer there"),
    (edited(adding: "matrix: {loop.bias: [0.5, 0.75]}"), "was 1.0, is 0.75"),
    (
      edited(3, "model: {name: mixture, components: 3}", adding: "matrix: {loop.bias: [0.5, 1]}"),
      "'model.components' of cell"
    ),
    (edited(6, "  samples: 21", adding: "matrix: {loop.bias: [0.5, 1]}"), "'loop.samples' of cell"),
  ])
  func changesAreRefused(_ text: String, _ message: String) throws {
    let error = try #require(throws: PlanConflict.self) { try relation(text) }
    #expect(error.description.contains(message) && error.exitCode == 78, "\(error)")
  }
}
