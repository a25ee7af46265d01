import Engine
import Laws
import Options
import Randomness
import Samples

/// The speed of the statistical models on one thread. Sets OpenBLAS to one thread.
public enum ModelsBenchmark {
  /// Nanoseconds a generation of `gaussian` (fit from statistics and synthesis of statistics) for
  /// dimension d and M samples, and point·component evaluations a second of expectation maximisation
  /// (one step each). Every figure takes about a twentieth of a second; the best of five parts.
  public static func run() throws -> [(name: String, value: Double)] {
    setBLASThreads(1)
    var figures: [(name: String, value: Double)] = []
    for (d, m) in [(1, 10), (1, 1000), (3, 100), (10, 100), (31, 316), (100, 1000)] {
      for route in ["data", "statistics"] {
        figures.append(
          ("gaussian.\(route).d_\(d).m_\(m).ns", try generation(d, m, route: route) * 1e9))
      }
    }
    for (d, components) in [(1, 2), (2, 2), (2, 3), (2, 8), (3, 3), (10, 3)] {
      figures.append(
        ("mixture.d_\(d).k_\(components).evaluations_per_second", try evaluations(d, components)))
    }
    return figures
  }

  private static func generation(_ d: Int, _ m: Int, route: String) throws -> Double {
    let space = SampleSpace.vectors(dimension: d)
    var model = try Gaussian(
      options: OptionValues(["route": .text(route)], specs: Gaussian.component.options),
      space: space)
    let key = RandomKey(seed: 1)
    var stream = RandomStream(key: key)
    let normals = GaussianLaw.standard(dimension: d).sample(m, stream: &stream)
    let real = SampleSet(space: space, reals: normals, provenance: Provenance(.real, count: m))
    let first = GaussianStatistics(of: real)
    let empty = SampleSet(emptyIn: space)
    let provenance = Provenance(.generation(0), count: m)
    var statistics = first
    var generation: UInt64 = 0
    return try bestSeconds {
      // Starting over keeps the covariance from collapsing.
      if generation % 8 == 0 { statistics = first }
      generation += 1
      _ = try model.fit(
        TrainingSet(space: space, provenance: provenance, parts: [], statistics: statistics),
        key: key)
      let drawn = try model.synthesize(
        SampleRequest(
          count: m, bias: 1, key: key.folding(generation), generation: 0, needsValues: false,
          real: empty))
      if let next = drawn.statistics { statistics = next }
    }
  }

  private static func evaluations(_ d: Int, _ components: Int) throws -> Double {
    let count = 20_000
    let law = MixtureLaw(
      weights: [Double](repeating: 1 / Double(components), count: components),
      components: (0..<components).map { k in
        GaussianLaw(
          mean: [Double](repeating: Double(3 * k), count: d),
          variances: [Double](repeating: 1, count: d))
      })
    var stream = RandomStream(key: RandomKey(seed: 1))
    let points = law.sample(count, stream: &stream).values
    var ascent = ExpectationMaximisation(points: points, start: law)
    return Double(count * components) / (try bestSeconds { _ = try ascent.step() })
  }

  private static func bestSeconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    func seconds(_ repeats: Int) throws -> Double {
      let time = try clock.measure { for _ in 0..<repeats { try body() } }
      return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }
    var repeats = 1
    while try seconds(repeats) < 0.01 { repeats *= 2 }
    var best = Double.infinity
    for _ in 0..<5 { best = min(best, try seconds(repeats) / Double(repeats)) }
    return best
  }
}
