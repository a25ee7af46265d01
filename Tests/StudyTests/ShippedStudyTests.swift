import Foundation
import Loops
import Models
import Options
import ProgramSupport
import Study
import TestSupport
import Testing

/// The study files in `launch/studies`.
@Suite struct ShippedStudyTests {
  static let folder = Launch.packageRoot.appendingPathComponent("launch/studies")

  private static func plans() throws -> [String: StudyPlan] {
    var plans: [String: StudyPlan] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".yaml") {
      plans[name] = try StudyFile.load(path: folder.appendingPathComponent(name).path)
    }
    return plans
  }

  /// Each loads, and is named like its file.
  @Test func load() throws {
    let plans = try Self.plans()
    #expect(plans.count >= 4)
    for (name, plan) in plans { #expect("\(plan.study).yaml" == name && plan.chainCount > 0) }
  }

  /// Each begins with the line that makes editors complete and check it.
  @Test func tellEditorsTheirSchema() throws {
    for name in try Self.plans().keys {
      let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
      #expect(text.hasPrefix(StudySchema.editorLine + "\n#"), "\(name)")
    }
  }

  /// Together the studies called everything name every model, policy and corrector, and use every start
  /// and switch: what is added to a registry must be added to them.
  @Test func everythingIsThere() throws {
    let plans = try Self.plans().filter { $0.key.hasPrefix("everything") }.map(\.value)
    let cells = plans.flatMap(\.cells)
    func expectAll(_ used: [String], _ all: [String], _ kind: Comment) {
      #expect(Set(all).subtracting(used).isEmpty, kind)
    }
    expectAll(cells.map(\.model.name), ModelRegistry.all.map { $0.component.name }, "models")
    expectAll(
      cells.map(\.loop.policy.name), PolicyRegistry.all.map { $0.component.name }, "policies")
    expectAll(
      cells.map(\.loop.corrector.name), CorrectorRegistry.all.map { $0.component.name }, "correctors")
    #expect(Set(cells.map(\.loop.start)) == Set(Start.allCases))
    #expect(cells.contains { $0.loop.bias < 1 } && cells.contains { !$0.loop.statisticalError })
    #expect(cells.contains { if case .list = $0.loop.samples { true } else { false } })
    #expect(cells.contains { $0.loop.real == 0 } && cells.contains { ($0.loop.real ?? 0) > 0 })
    #expect(plans.contains { !$0.keep.samples.isEmpty })
    // Every pair of model and policy is in the first one.
    let pairs = Set(cells.map { [$0.model.name, $0.loop.policy.name] })
    #expect(pairs.count >= ModelRegistry.all.count * PolicyRegistry.all.count)
  }
}
