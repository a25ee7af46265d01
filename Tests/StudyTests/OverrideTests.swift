import Loops
import Options
import Study
import Testing

/// `--set path=value` and presets.
@Suite struct OverrideTests {
  private let matrix = edited(adding: "matrix: {loop.bias: [0.5, 1], model.components: [2, 3]}")

  @Test func setsAnyKey() throws {
    let plan = try expanded(
      edited(),
      [
        "generations=9", "seeds=[4, 6]", "loop.bias=0.5", "model.components=7",
        "loop.policy={name: blend, alpha: 1}",
        "keep.samples=[last]", "study=renamed", "matrix.loop.samples=[5, 6]",
      ])
    #expect(plan.study == "renamed" && plan.generations == 9 && plan.seeds == [4, 6])
    #expect(plan.cells.map(\.loop.bias) == [0.5, 0.5] && plan.keep.samples == [8])
    #expect(plan.cells.map(\.loop.samples) == [.constant(5), .constant(6)])
    #expect(plan.cells[0].model.options.values["components"] == .integer(7))
    #expect(plan.cells[0].loop.policy.options.values == ["alpha": .real(1)])
  }

  @Test func laterOnesWin() throws {
    #expect(try expanded(edited(), ["generations=9", "generations=3"]).generations == 3)
  }

  @Test func narrowsAnAxis() throws {
    #expect(
      try expanded(matrix, ["matrix.loop.bias=[0.25]"]).cells.map(\.loop.bias) == [0.25, 0.25])
    #expect(try expanded(matrix, ["matrix={}"]).cells.count == 1)
  }

  @Test(arguments: [
    ("loop.bias=2", "--set loop.bias: 'loop.bias': expected a real number in (0, 1], found 2", 78),
    ("loop.bais=1", "--set loop.bais: unknown key 'bais' in loop; did you mean 'bias'?", 78),
    (
      "model.componets=1", "--set model.componets: unknown option 'componets' in model 'mixture'",
      78
    ),
    ("generations=[", "--set generations: not YAML", 78),
    ("generations=", "--set generations: 'generations': expected an integer", 78),
    ("model=&a b", "--set model: anchors", 78),
    ("generations", "--set generations: expected path=value", 64),
    ("=3", "--set : expected path=value", 64),
    ("loop..bias=3", "--set loop..bias: expected path=value", 64),
    ("preset=nothing", "--set preset: unknown preset 'nothing'", 78),
  ])
  func mistakesNameTheOption(_ override: String, _ message: String, _ code: Int32) throws {
    let error = try #require(throws: StudyError.self) { try expanded(edited(), [override]) }
    #expect(error.description.contains(message), "\(error)")
    #expect(error.exitCode == code)
  }

  @Test func anOverrideWithoutEffectIsAMistake() throws {
    for override in ["loop.bias=0.3", "model.components=3"] {
      let error = try #require(throws: StudyError.self) { try expanded(matrix, [override]) }
      #expect(error.description.contains("is varied by matrix, so this has no effect"), "\(error)")
    }
  }

  @Test func aPresetIsOverlaid() throws {
    let plan = try StudyFile.parse(
      Array(
        "study: mine\npreset: collapse-or-thrive/gaussian\nseeds: 0..<2\nloop: {bias: 0.5}\n".utf8),
      name: "s.yaml", directory: "/")
    #expect(plan.study == "mine" && plan.seeds == [0, 1] && plan.generations == 100)
    #expect(plan.cells.count == 50 && plan.cells.allSatisfy { $0.loop.bias == 0.5 })
    #expect(Set(plan.cells.map(\.loop.policy.name)) == ["replace", "accumulate"])
    #expect(plan.cells.allSatisfy { $0.model.options.values["estimator"] == .text("biased") })
  }

  @Test func aKeyHiddenByThePresetsMatrixIsAMistake() throws {
    func parse(_ text: String) throws -> StudyPlan {
      try StudyFile.parse(Array(text.utf8), name: "s.yaml", directory: "/")
    }
    let preset = "preset: collapse-or-thrive/gaussian\n"
    let error = try #require(throws: StudyError.self) {
      try parse(preset + "dataset: {dimension: 7}\n")
    }
    #expect(
      error.description.hasPrefix("s.yaml:2:22: 'dataset.dimension' is varied by matrix"),
      "\(error)")
    let plan = try parse(preset + "dataset: {dimension: 7}\nmatrix: {loop.policy: [replace]}\n")
    #expect(plan.cells.map { $0.dataset.options.values["dimension"] } == [.integer(7)])
  }

  @Test func mistakesInAnOverlaidPresetNameThePlace() throws {
    let error = try #require(throws: StudyError.self) {
      try StudyFile.parse(
        Array("preset: collapse-or-thrive/gaussian\n".utf8), name: "s.yaml", directory: "/",
        catalogue: smallCatalogue)
    }
    let preset = try #require(PresetRegistry.named("collapse-or-thrive/gaussian"))
    let lines = preset.text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.hasPrefix("dataset:") }) + 1
    #expect(error.description.contains("preset collapse-or-thrive/gaussian:\(line):"), "\(error)")
  }
}
