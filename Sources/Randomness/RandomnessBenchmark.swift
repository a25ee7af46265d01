/// How many random numbers a second one thread draws.
public enum RandomnessBenchmark {
  /// Times each kind of draw for about a tenth of a second; the best of five parts.
  public static func run() -> [(name: String, perSecond: Double)] { bulk() + scalar() + discrete() }

  private static func bulk() -> [(name: String, perSecond: Double)] {
    var doubles = [Double](repeating: 0, count: 4096)
    var floats = [Float](repeating: 0, count: 4096)
    var ten = [Double](repeating: 0, count: 10)
    var seed: UInt64 = 0
    let keys = (0..<1000).map { RandomKey(seed: $0) }
    return [
      ("normals.double", rate(4096) { $0.fillNormals(&doubles); return doubles[0] }),
      ("normals.float", rate(4096) { $0.fillNormals(&floats); return Double(floats[0]) }),
      ("uniforms.double", rate(4096) { $0.fillUniforms(&doubles); return doubles[0] }),
      ("uniforms.float", rate(4096) { $0.fillUniforms(&floats); return Double(floats[0]) }),
      ("exponentials.double", rate(4096) { $0.fillExponentials(&doubles); return doubles[0] }),
      (
        "normals.double.ten_a_key",
        rate(10) {
          seed += 1
          var own = RandomStream(key: $0.key.folding(seed))
          own.fillNormals(&ten)
          return ten[0]
        }
      ),
      (
        "normals.double.ten_a_key.together",
        rate(10_000) { _ in
          seed += 1
          return RandomStream.normals(10, ofEach: keys.generation(Int(seed)))[0]
        }
      ),
    ]
  }

  private static func scalar() -> [(name: String, perSecond: Double)] {
    [
      ("normal", each { $0.normal() }),
      ("uniform", each { $0.uniform() }),
      ("exponential", each { $0.exponential() }),
      ("gamma.shape_2.5", each { $0.gamma(shape: 2.5) }),
      ("gamma.shape_0.5", each { $0.gamma(shape: 0.5) }),
    ]
  }

  private static func discrete() -> [(name: String, perSecond: Double)] {
    let weights = (1...100).map { 1 / Double($0) }
    let zipf = AliasTable(weights: weights)
    let sampler = BinomialSampler(trials: 100, probability: 0.3)
    return [
      ("binomial.n_100.p_0.3", each { Double($0.binomial(trials: 100, probability: 0.3)) }),
      ("binomial.n_100.p_0.3.prepared", each { Double(sampler.draw(&$0)) }),
      ("binomial.n_100.p_0.02", each { Double($0.binomial(trials: 100, probability: 0.02)) }),
      ("poisson.mean_30", each { Double($0.poisson(mean: 30)) }),
      ("categories.zipf_100", rate(4096) { Double($0.categories(4096, from: zipf)[0]) }),
      (
        "multinomial.zipf_100.n_100",
        rate(1) { Double($0.multinomial(trials: 100, weights: weights)[0]) }
      ),
      (
        "multinomial.zipf_100.n_10000",
        rate(1) { Double($0.multinomial(trials: 10000, weights: weights)[0]) }
      ),
      ("permutation.1000", rate(1000) { Double($0.permutation(1000)[0]) }),
    ]
  }

  /// Draws a second of a single draw.
  @inline(__always)
  private static func each(_ draw: (inout RandomStream) -> Double) -> Double {
    rate(1000) { stream in
      var sum = 0.0
      for _ in 0..<1000 { sum += draw(&stream) }
      return sum
    }
  }

  /// Draws a second of `body`, which makes `count` draws.
  @inline(__always)
  private static func rate(_ count: Int, _ body: (inout RandomStream) -> Double) -> Double {
    let clock = ContinuousClock()
    var stream = RandomStream(key: RandomKey(seed: 1))
    // The sum keeps the draws from being optimised away.
    var sum = 0.0
    func seconds(_ repeats: Int) -> Double {
      let time = clock.measure { for _ in 0..<repeats { sum += body(&stream) } }
      return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }
    var repeats = 1
    while seconds(repeats) < 0.01 { repeats *= 2 }
    let best = (0..<5).map { _ in seconds(repeats) }.min() ?? .infinity
    return sum.isNaN ? 0 : Double(repeats * count) / best
  }
}
