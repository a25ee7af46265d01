import Engine
import Randomness
import TestSupport
import Testing

/// Decoding position by position with a cache gives what the causal attention of the whole gives.
@Suite struct CacheTests {
  @Test func interpreterContinues() throws { try check(.interpreter, 1e-12) }
  @Test func programContinues() throws { try check(.program, 1e-5) }

  private func check(_ kind: EvaluatorKind, _ tolerance: Double) throws {
    let (batch, length, prompt, width) = (2, 7, 3, 8)
    let attention = MultiHeadAttention(
      "attn", width: width, heads: 2, isCausal: true, key: RandomKey(seed: 3))
    var stream = RandomStream(key: RandomKey(seed: 9))
    let x = (0..<batch * length * width).map { _ in Double(Float(stream.normal())) }
    /// Some positions of all sequences: [batch, count, width] of [batch, length, width].
    func part(_ values: [Double], _ start: Int, _ count: Int) -> [Double] {
      (0..<batch).flatMap { sequence -> ArraySlice<Double> in
        let first = (sequence * length + start) * width
        return values[first..<first + count * width]
      }
    }

    let whole = Graph()
    var full = try GraphEvaluator(
      kind, whole, inputs: ["x": x],
      outputs: ["y": attention(whole.input("x", [batch, length, width]))])
    let wanted = try #require(full.step()["y"])

    // A longer cache than the sequence: what was in it before must not matter.
    let cache = attention.cache(batch: batch, capacity: length + 2)
    for variable in [cache.keys, cache.values] { variable.values.update(repeating: 1e3) }
    let beginning = Graph()
    let (first, filling) = attention.begin(
      beginning.input("x", [batch, prompt, width]), cache: cache)
    var begin = try GraphEvaluator(
      kind, beginning, inputs: ["x": part(x, 0, prompt)], outputs: ["y": first], updates: filling)
    expectClose(
      try #require(begin.step()["y"]), part(wanted, 0, prompt), relative: 0, absolute: tolerance)

    let graph = Graph()
    let (next, updates) = attention.continuing(
      graph.input("x", [batch, 1, width]), cache: cache, position: graph.input("position", []))
    var decode = try GraphEvaluator(
      kind, graph, inputs: ["x": part(x, prompt, 1)], outputs: ["y": next], updates: updates)
    for variable in [cache.keys, cache.values] {
      decode.assign(variable, begin.fileValues(of: variable))
    }
    for position in prompt..<length {
      decode.set("x", part(x, position, 1))
      decode.set("position", [Double(position)])
      expectClose(
        try #require(decode.step()["y"]), part(wanted, position, 1), relative: 0, absolute: tolerance)
    }
  }
}
