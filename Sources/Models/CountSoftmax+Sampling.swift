import Laws
import Options
import Randomness
import Samples

extension CountSoftmax {
  /// Draws the contexts' counts, then the tokens' counts in every context (multinomial); when the
  /// values are asked for they are expanded and shuffled with the numbers of a key of its own.
  ///
  /// - Throws: `FitError.degenerate` before the first fit; `ComponentError` when contexts follow the
  ///   real data and there are none.
  public func synthesize(_ request: SampleRequest) throws -> Synthesis<CountStatistics> {
    guard let fitted else {
      throw FitError.degenerate("count-softmax: sampled before the first fit")
    }
    var stream = RandomStream(key: request.key)
    let tokens = fitted.biased(by: request.bias).tokenProbabilities
    let contexts = stream.multinomial(
      trials: request.count, weights: try contextProbabilities(fitted, real: request.real))
    var counts = [Int](repeating: 0, count: contextCount * vocabulary)
    for context in 0..<contextCount where contexts[context] > 0 {
      let row = context * vocabulary
      let drawn = stream.multinomial(
        trials: contexts[context], weights: Array(tokens[row..<row + vocabulary]))
      for token in 0..<vocabulary { counts[row + token] = drawn[token] }
    }
    let statistics = CountStatistics(counts: counts)
    guard request.needsValues else { return Synthesis(samples: nil, statistics: statistics) }
    return Synthesis(samples: expanded(counts, request), statistics: statistics)
  }

  private func contextProbabilities(_ law: TokenLaw, real: SampleSet) throws -> [Double] {
    guard usesRealContexts else { return law.contextProbabilities }
    guard real.count > 0 else {
      throw ComponentError("count-softmax", "contexts 'real' needs real training data")
    }
    var seen = [Double](repeating: 0, count: contextCount)
    for row in 0..<real.count { seen[Int(real.indices[2 * row])] += 1 }
    return seen.map { $0 / Double(real.count) }
  }

  private func expanded(_ counts: [Int], _ request: SampleRequest) -> SampleSet {
    var pairs: [(context: Int32, token: Int32)] = []
    pairs.reserveCapacity(request.count)
    for (index, count) in counts.enumerated() where count > 0 {
      let pair = (context: Int32(index / vocabulary), token: Int32(index % vocabulary))
      pairs.append(contentsOf: repeatElement(pair, count: count))
    }
    var order = RandomStream(key: request.key.folding(.order))
    order.shuffle(&pairs)
    var values: [Int32] = []
    values.reserveCapacity(2 * pairs.count)
    for pair in pairs {
      values.append(pair.context)
      values.append(pair.token)
    }
    return SampleSet(space: space, indices: values, provenance: request.provenance)
  }
}
