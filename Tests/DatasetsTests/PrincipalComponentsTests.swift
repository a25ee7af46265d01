import Engine
import TestSupport
import Testing

private struct Golden: Decodable {
  let rows: Int
  let dimension: Int
  let count: Int
  let x: [Double]
  let mean: [Double]
  let components: [Double]
  let variances: [Double]
  let projected: [Double]
  let reconstructed: [Double]
}

@Suite struct PrincipalComponentsTests {
  private func golden() throws -> Golden {
    try Fixtures.decode("datasets_principal_components.json", as: Golden.self)
  }

  private func components(_ golden: Golden, count: Int) -> PrincipalComponents? {
    PrincipalComponents(rows: golden.rows, dimension: golden.dimension, count: count) {
      Array(golden.x[$0.lowerBound * golden.dimension..<$0.upperBound * golden.dimension])
    }
  }

  @Test func agreesWithNumPy() throws {
    let golden = try golden()
    let found = try #require(components(golden, count: golden.count))
    expectClose(found.mean, golden.mean, relative: 1e-13)
    expectClose(found.variances, golden.variances, relative: 1e-11)
    expectClose(found.components, golden.components, relative: 0, absolute: 1e-11)
    let projected = found.project(golden.x, rows: golden.rows)
    expectClose(projected, golden.projected, relative: 0, absolute: 1e-10)
    expectClose(
      found.reconstruct(projected, rows: golden.rows), golden.reconstructed, relative: 0,
      absolute: 1e-10)
  }

  /// With every component nothing is lost.
  @Test func allComponentsReconstructExactly() throws {
    let golden = try golden()
    let found = try #require(components(golden, count: golden.dimension))
    let again = found.reconstruct(found.project(golden.x, rows: golden.rows), rows: golden.rows)
    expectClose(again, golden.x, relative: 0, absolute: 1e-11)
  }

  @Test func refusesWhatIsNotFinite() {
    #expect(
      PrincipalComponents(rows: 3, dimension: 2, count: 1) { _ in [1, 2, 3, .nan, 5, 6] } == nil)
  }

  /// More rows than one batch, some of them of the last, shorter one.
  @Test func handlesSeveralBatches() throws {
    let rows = 9000
    // Two independent directions: (3, 4)/5 with values ±5 and (−4, 3)/5 with values ±1.
    let found = try #require(
      PrincipalComponents(rows: rows, dimension: 2, count: 2) { range in
        range.flatMap { row -> [Double] in
          let a: Double = row % 2 == 0 ? 5 : -5
          let b: Double = row / 2 % 2 == 0 ? 1 : -1
          return [0.6 * a - 0.8 * b + 10, 0.8 * a + 0.6 * b - 20]
        }
      })
    let scale = Double(rows) / Double(rows - 1)
    expectClose(found.mean, [10, -20], relative: 1e-12)
    expectClose(found.variances, [25 * scale, scale], relative: 1e-11)
    expectClose(found.components, [0.6, 0.8, 0.8, -0.6], relative: 1e-11)
  }
}
