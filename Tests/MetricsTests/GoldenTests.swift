import Laws
import Metrics
import TestSupport
import Testing

@Suite struct GoldenTests {
  let golden: Golden
  init() throws { golden = try Golden.load() }

  @Test func oneDimensionalDistances() {
    #expect(golden.one_dimensional.count == 6)
    for item in golden.one_dimensional {
      expectClose(wasserstein1D(item.a, item.b, p: 1), item.w1, relative: 1e-8)
      expectClose(wasserstein1D(item.a, item.b, p: 2), item.w2_squared, relative: 1e-8)
      expectClose(wasserstein1D(item.a, item.b, p: 3), item.w3_cubed, relative: 1e-8)
      expectClose(
        energyDistance(item.a, item.b, dimension: 1), item.energy_distance, relative: 1e-8)
    }
  }

  @Test func lineOfIndices() {
    #expect(golden.index_line.count == 3)
    for item in golden.index_line {
      expectClose(indexLineWasserstein(item.p, item.q, p: 1), item.w1, relative: 1e-8)
      expectClose(indexLineWasserstein(item.p, item.q, p: 2), item.w2_squared, relative: 1e-8)
    }
  }

  @Test func gaussianLaws() {
    #expect(golden.bures.count == 4)
    for item in golden.bures {
      let squared = gaussianW2Squared(item.a, item.b)
      expectClose(squared, item.w2_squared, relative: 1e-8)
      expectClose(squared.squareRoot(), item.pot_w2, relative: 1e-8)
      expectClose(klDivergence(item.a, item.b), item.kl, relative: 1e-8)
    }
  }

  @Test func assignments() {
    #expect(golden.assignment.count == 6)
    for item in golden.assignment {
      let found = cheapestAssignment(costs: item.costs, rows: item.rows, columns: item.columns)
      #expect(Set(found ?? []).count == item.rows)
      if item.unique { #expect(found == item.columns_of_rows) }
      expectClose(
        assignmentCost(costs: item.costs, rows: item.rows, columns: item.columns), item.cost,
        relative: 1e-8)
    }
  }

  @Test func transportProblems() throws {
    #expect(golden.transport.count == 5)
    for item in golden.transport {
      let plan = try #require(
        optimalTransport(costs: item.costs, supply: item.supply, demand: item.demand))
      expectClose(plan.cost, item.cost, relative: 1e-8)
      var shipped = [Double](repeating: 0, count: item.n)
      var received = [Double](repeating: 0, count: item.m)
      for flow in plan.flows {
        shipped[flow.source] += flow.amount
        received[flow.target] += flow.amount
      }
      expectClose(shipped, item.supply, relative: 1e-9, absolute: 1e-13)
      expectClose(received, item.demand, relative: 1e-9, absolute: 1e-13)
    }
  }

  @Test func pointSets() {
    #expect(golden.points.count == 3)
    for item in golden.points {
      let d = item.dimension
      expectClose(exactWasserstein(item.x, item.y, dimension: d, p: 1), item.w1, relative: 1e-8)
      expectClose(
        exactWasserstein(item.x, item.y, dimension: d, p: 2), item.w2_squared, relative: 1e-8)
      let x = SlicedSet(item.x, dimension: d, directions: item.directions)
      let y = SlicedSet(item.y, dimension: d, directions: item.directions)
      expectClose(x.wasserstein(to: y, p: 2), item.sliced_w2_squared, relative: 1e-8)
      expectClose(x.wasserstein(to: y, p: 1), item.sliced_w1, relative: 1e-8)
      expectClose(
        mmdSquared(item.x, item.y, dimension: d, kernel: .gaussian(bandwidth: item.bandwidth)),
        item.mmd_squared, relative: 1e-8)
      expectClose(
        mmdSquared(item.x, item.y, dimension: d, kernel: .energy), item.energy_mmd_squared,
        relative: 1e-8)
      expectClose(
        energyDistance(item.x, item.y, dimension: d), item.energy_distance, relative: 1e-8)
      expectClose(medianDistance(item.x, dimension: d), item.median_distance)
      let mean = sampleMean(item.x, dimension: d)
      expectClose(mean, item.mean, absolute: 1e-14)
      expectClose(sampleCovariance(item.x, mean: mean), item.covariance, absolute: 1e-13)
      expectClose(
        axisVariances(item.x, mean: mean), (0..<d).map { item.covariance[$0 * d + $0] })
    }
  }

  @Test func categoricalLaws() {
    #expect(golden.categorical.count == 3)
    for item in golden.categorical {
      expectClose(CategoricalLaw(probabilities: item.p).entropy, item.entropy)
      expectClose(klDivergence(item.p, item.q), item.kl)
      expectClose(l1Distance(item.p, item.q), item.l1)
      expectClose(squaredDistance(item.p, item.q), item.l2_squared)
    }
  }

  @Test func kernelDensities() {
    #expect(golden.kernel_density.count == 3)
    for item in golden.kernel_density {
      let law = KernelDensityLaw(
        dimension: item.dimension, points: item.points, bandwidth: item.bandwidth)
      expectClose(law.logDensity(item.queries, rows: 15), item.log_density, relative: 1e-9)
      expectClose(law.moments.covariance, item.covariance, absolute: 1e-13)
    }
  }

  @Test func mixtures() {
    let f = golden.mixture.f.law
    let g = golden.mixture.g.law
    expectClose(mixtureL2Squared(f, g), golden.mixture.l2_squared, relative: 1e-8)
    expectClose(mixtureL2Squared(f, g), golden.mixture.l2_squared_on_grid, relative: 1e-6)
    expectClose(f.logDensity(golden.mixture.queries, rows: 10), golden.mixture.log_density)
  }

  @Test func distributions() {
    let item = golden.distributions
    expectClose(item.z.map(normalCumulative), item.normal_cumulative, relative: 1e-12)
    expectClose(
      zip(item.chi_x, item.chi_freedom).map { chiSquareCumulative($0, freedom: $1) },
      item.chi_cumulative, relative: 1e-11)
    expectClose(
      item.sizes.map { standardDeviationDeficit(samples: $0) }, item.deficit, relative: 1e-11)
  }
}
