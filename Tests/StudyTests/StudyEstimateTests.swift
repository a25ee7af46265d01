import Foundation
import Loops
import Options
import Study
import Testing

/// What `plan` says a run will need.
@Suite struct StudyEstimateTests {
  /// Policies outside the registries train on the last generation's samples.
  private let text = edited(
    5, "  policy: {name: blend, alpha: 0.5}", adding: "keep: {samples: [0, last]}")

  private func estimate(_ ranks: Int) throws -> StudyEstimate {
    let plan = try expanded(text)
    let shapes = [plan.cells[0].dataset.value.canonicalJSON: DatasetShape(count: 100, width: 2)]
    return try StudyEstimate(
      plan, shapes: shapes, ranks: ranks, model: CostModel(secondsPerUnit: 1e-3))
  }

  @Test func countsWhatTheFormulaCounts() throws {
    let estimate = try estimate(1)
    #expect(estimate.cells == 1 && estimate.chains == 4 && estimate.generations == 20)
    #expect(estimate.samples == 4 * 5 * 20)
    #expect(estimate.keptBytes == 2 * 20 * 2 * 8 * 4)
    #expect(estimate.files == 10 + 4 + 2 * 4)
    // 2 components and 1 metric: 4 passes; drawn 5 × 20, width 2.
    let fitted = estimate.units / 4 / 8 - 100
    #expect(fitted >= 100 && fitted <= 500, "\(fitted) samples fitted in a chain")
    #expect(estimate.seconds == estimate.units * 1e-3)
  }

  /// The time of the shipped sweep was measured: 25 s on one core.
  @Test(.enabled(if: Catalogue.standard.component(.model, named: "gaussian") != nil))
  func theGaussianSweepTakesSecondsNotHours() throws {
    let preset = try #require(PresetRegistry.named("collapse-or-thrive/gaussian"))
    let plan = try StudyFile.parse(Array(preset.text.utf8), name: "p", directory: "/")
    let estimate = try StudyEstimate(plan, shapes: plan.datasetShapes(), ranks: 1)
    #expect(estimate.samples == 1458 * 100 * 100 * 5 * 2)
    #expect((10...60).contains(estimate.seconds), "\(estimate.seconds) s")
  }

  @Test func workersShareTheTimeButNotAChain() throws {
    let one = try estimate(1)
    #expect(abs(try estimate(3).seconds - one.seconds / 2) < 1e-9)
    #expect(abs(try estimate(1000).seconds - one.seconds / 4) < 1e-9)
  }

  @Test func tableAndJSONAgree() throws {
    let estimate = try estimate(2)
    let object = try JSONSerialization.jsonObject(with: Data(estimate.json.utf8)) as? [String: Any]
    #expect(object?["chains"] as? Int == 4 && object?["ranks"] as? Int == 2)
    #expect(object?["files"] as? Double == estimate.files)
    let table = estimate.table(title: "demo")
    #expect(table.hasPrefix("demo\n") && table.contains("chains          4\n"))
  }

  @Test func anUnknownDataSetIsAnError() throws {
    let plan = try expanded(edited())
    #expect(throws: ComponentError.self) { try StudyEstimate(plan, shapes: [:], ranks: 1) }
  }
}
