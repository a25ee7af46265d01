import Foundation
import Loops
import Options
import Study
import Testing

/// What sound studies expand to.
@Suite struct StudyFileTests {
  @Test func everyKeyArrives() throws {
    let plan = try expanded(
      """
      study: every.key-1_2
      dataset: {name: gaussian, mean: [0, 1.5], dimension: 2}
      model: {name: mixture, components: 3, bandwidth: 0.25, shared: true}
      loop:
        policy: {name: blend, alpha: 0.25}
        samples: [10, 20, 30]
        real: 7
        start: warm
        bias: 5e-1
        corrector: {name: shrink, strength: 0}
        statistical_error: false
      generations: 4
      seeds: [5, 3]
      seed: 11
      metrics: [moments, {name: wasserstein, projections: 9}]
      keep: {samples: [last, 0, 3], models: [2, last, 2], fit: false}
      resources: {ranks_per_chain: 1, shards: 1, reproducible: false}
      notes: "line one\\nline two"
      paper: A paper
      """)
    let cell = try #require(plan.cells.first)
    #expect(plan.cells.count == 1 && plan.varying == [[]])
    #expect(plan.study == "every.key-1_2" && plan.seed == 11 && plan.seeds == [5, 3])
    #expect(plan.generations == 4 && plan.keep.samples == [0, 3])
    #expect(plan.keep.models == [2, 3] && !plan.keep.fit && !plan.resources.isReproducible)
    #expect(plan.metrics.map(\.name) == ["moments", "wasserstein"])
    #expect(plan.metrics[1].options.values == ["projections": .integer(9)])
    #expect(plan.notes == "line one\nline two" && plan.paper == "A paper")
    #expect(
      cell.dataset.options.values == [
        "mean": .list([.real(0), .real(1.5)]), "dimension": .integer(2), "samples": .integer(100),
      ])
    #expect(cell.model.options.values["bandwidth"] == .real(0.25))
    #expect(cell.model.options.values["tolerance"] == .real(1e-3))
    #expect(cell.loop.policy.options.values == ["alpha": .real(0.25)])
    #expect(cell.loop.samples == .list([10, 20, 30]) && cell.loop.real == 7)
    #expect(cell.loop.start == .warm && cell.loop.bias == 0.5 && !cell.loop.statisticalError)
    #expect(cell.loop.corrector.name == "shrink")
    #expect(cell.loop.corrector.options.values == ["strength": .real(0)])
  }

  @Test func defaultsAreTheDeclaredOnes() throws {
    let plan = try expanded(edited(6, "  # samples"))
    let cell = try #require(plan.cells.first)
    #expect(plan.seed == 0 && plan.keep == KeepSpec() && plan.notes.isEmpty)
    #expect(plan.resources == Resources() && plan.resources.isReproducible)
    #expect(cell.loop.samples == .sameAsData && cell.loop.real == nil && cell.loop.start == .cold)
    #expect(cell.loop.bias == 1 && cell.loop.statisticalError && cell.loop.corrector.name == "none")
  }

  /// A fit may end by the clock where the study says that it may differ from run to run.
  @Test func clocks() throws {
    let model = "model: {name: network, most_seconds: 60}"
    let plan = try expanded(edited(3, model, adding: "resources: {reproducible: false}"))
    #expect(plan.cells[0].model.options.values["most_seconds"] == .real(60))
    let copy = try StudyPlan.decode(Array(plan.json.utf8), catalogue: smallCatalogue)
    #expect(copy.json == plan.json && !copy.resources.isReproducible)
    #expect(throws: Never.self) { try expanded(edited(3, "model: {name: network, most_seconds: 0}")) }
  }

  @Test(arguments: [
    ("0..<4", [0, 1, 2, 3]), ("2...4", [2, 3, 4]), ("[7, 1]", [7, 1]), ("5...5", [5]),
  ])
  func seeds(_ text: String, _ expected: [Int]) throws {
    #expect(try expanded(edited(8, "seeds: \(text)")).seeds == expected)
  }

  @Test func scalarsFollowYAML12() throws {
    for text in ["no", "on", "12:30", "1_000", "0b1", "0o9", "+", "1e", ".", "0x"] {
      let plan = try expanded(edited(adding: "notes: \(text)"))
      #expect(plan.notes == text)
    }
    for (text, value) in [("0x10", 16), ("0o10", 8), ("+7", 7), ("007", 7)] {
      #expect(try expanded(edited(7, "generations: \(text)")).generations == value)
    }
    for (text, value) in [("1e-3", 1e-3), (".5", 0.5), ("1.", 1), ("1", 1), ("+2.5E-1", 0.25)] {
      #expect(try expanded(edited(6, "  bias: \(text)")).cells[0].loop.bias == value)
    }
  }

  @Test func quotedAndBlockTextStaysText() throws {
    #expect(try expanded(edited(1, "study: \"12\"")).study == "12")
    #expect(try expanded(edited(adding: "notes: |\n  a & b\n  * [c")).notes == "a & b\n* [c\n")
    #expect(try expanded(edited(adding: "notes: use &x and *x freely")).notes.contains("*x"))
    #expect(try expanded("\u{feff}" + edited()).study == "demo")
    #expect(try expanded(edited().replacing("\n", with: "\r\n")).study == "demo")
  }

  @Test func matrixVariesItsFirstEntrySlowestAndZipFastest() throws {
    let plan = try expanded(
      edited(
        adding: """
          matrix:
            model: [gaussian, {name: mixture, components: 4}]
            loop.policy: [replace, accumulate]
          zip: {loop.bias: [0.5, 1], loop.samples: [10, 20]}
          """))
    #expect(
      plan.cells.map(\.model.name) == Array(repeating: "gaussian", count: 4)
        + Array(repeating: "mixture", count: 4))
    #expect(
      plan.cells.prefix(4).map(\.loop.policy.name) == [
        "replace", "replace", "accumulate", "accumulate",
      ])
    #expect(plan.cells.prefix(2).map(\.loop.bias) == [0.5, 1])
    #expect(plan.cells.prefix(2).map(\.loop.samples) == [.constant(10), .constant(20)])
    #expect(
      plan.varying[1] == [
        VaryingParameter(path: "loop.bias", value: .real(1)),
        VaryingParameter(path: "loop.policy", value: .text("replace")),
        VaryingParameter(path: "loop.samples", value: .integer(20)),
        VaryingParameter(path: "model", value: .text("gaussian")),
      ])
    #expect(plan.families == [[0, 1, 2, 3], [4, 5, 6, 7]])
    #expect(plan.chainCount == 32)
  }

  @Test func optionsApplyAfterTheirComponentInAnyOrder() throws {
    let plan = try expanded(
      edited(
        adding:
          "matrix: {model.components: [3, 4], model: [mixture, {name: mixture, shared: true}]}"))
    #expect(
      plan.cells.map { $0.model.options.values["components"] } == [3, 3, 4, 4].map { .integer($0) })
    #expect(
      plan.cells.map { $0.model.options.values["shared"] }
        == [false, true, false, true].map { .flag($0) })
  }

  @Test func matrixMayProvideWhatTheFileLeavesOut() throws {
    let text = edited(3, "# no model", adding: "matrix: {model: [gaussian, mixture]}")
    #expect(try expanded(text).cells.map(\.model.name) == ["gaussian", "mixture"])
  }

  @Test func excludeMatchesWrittenAndDefaultValues() throws {
    let matrix =
      "matrix: {model: [gaussian, mixture], loop.bias: [0.5, 1], loop.policy: [replace, accumulate]}\n"
    let plan = try expanded(
      edited(
        adding: matrix
          + "exclude: [{model: mixture, loop.bias: 1.0}, {model.estimator: unbiased, loop.policy: replace}]"
      ))
    #expect(
      plan.cells.map { "\($0.model.name) \($0.loop.bias) \($0.loop.policy.name)" } == [
        "gaussian 0.5 accumulate", "gaussian 1.0 accumulate", "mixture 0.5 replace",
        "mixture 0.5 accumulate",
      ])
  }

  @Test func idsDependOnWhatACellIsAlone() throws {
    let plain = try expanded(edited())
    let id = plain.cells[0].id
    #expect(id.count == 16 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    let same = [
      edited(7, "generations: 9"), edited(8, "seeds: 3...5"), edited(9, "metrics: [wasserstein]"),
      edited(1, "study: other"), edited(adding: "seed: 4"),
      edited(2, "dataset: {dimension: 2, name: gaussian, mean: 0}"),
      edited(3, "model: {name: mixture, components: 2}"),
      edited(adding: "matrix: {loop.bias: [1, 0.5]}"),
    ]
    for text in same { #expect(try expanded(text).cells[0].id == id) }
    let others = [
      edited(2, "dataset: {name: gaussian, dimension: 3}"), edited(3, "model: gaussian"),
      edited(5, "  policy: accumulate"), edited(6, "  samples: 21"),
      edited(6, "  bias: 0.9\n  samples: 20"),
    ]
    for text in others { #expect(try expanded(text).cells[0].id != id) }
  }

  @Test func idIsFrozen() throws {
    // SHA-256 of the canonical form, from Python: hashlib.sha256(text).hexdigest()[:16].
    let cell = try expanded(edited()).cells[0]
    #expect(
      cell.canonical.canonicalJSON
        == #"{"dataset":{"dimension":2,"mean":0.0,"name":"gaussian","samples":100},"loop":{"bias":1.0,"corrector":{"name":"none"},"policy":{"name":"replace"},"real":"all","samples":20,"start":"cold","statistical_error":true},"model":{"bandwidth":"scott","components":2,"label":"","name":"mixture","shared":false,"tolerance":0.001}}"#
    )
    #expect(cell.id == "b764e404a35db140")
  }

  @Test func aStudyOf250CellsIsReadIn50Milliseconds() throws {
    let values = { (range: ClosedRange<Int>) in range.map(String.init).joined(separator: ", ") }
    let text = edited(
      adding:
        "matrix: {dataset.dimension: [\(values(1...25))], model.components: [\(values(1...10))]}")
    var best = Duration.seconds(1)
    for _ in 0..<5 {
      let start = ContinuousClock.now
      #expect(try expanded(text).cells.count == 250)
      best = min(best, ContinuousClock.now - start)
    }
    print("250-cell study read in \(best)")
    #if !DEBUG
      #expect(best < .milliseconds(50))
    #endif
  }
}
