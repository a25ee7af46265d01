import Engine
import Randomness

/// A decoder-only transformer with normalisation in front of each part and the embedding shared with
/// the output, names as in GPT-2 (Radford et al. 2019).
///
/// Axes: B batch, T positions, C width, V vocabulary. All activations are matrices [B·T, C].
package struct LanguageModel {
  package enum Activation: String, CaseIterable { case gelu, relu }

  /// x + attention(norm(x)), then x + mlp(norm(x)).
  package struct Block {
    let norm1: LayerNormalisation
    package let attention: MultiHeadAttention
    let norm2: LayerNormalisation
    let widening, narrowing: Linear

    var variables: [Variable] {
      ([norm1, attention, norm2, widening, narrowing] as [any Layer]).variables
    }
  }

  let tokens: Embedding
  let positions: Embedding
  package let blocks: [Block]
  let norm: LayerNormalisation
  let activation: Activation

  package var variables: [Variable] {
    tokens.variables + positions.variables + blocks.flatMap(\.variables) + norm.variables
  }

  /// Weights N(0, 0.02²), of the layers that add to x N(0, 0.02²/(2·layers)); biases 0.
  package init(
    layers: Int, heads: Int, width: Int, positions length: Int, vocabulary: Int,
    activation: Activation, key: RandomKey
  ) {
    self.activation = activation
    let usual = Initialisation.normal(deviation: 0.02)
    let residual = Initialisation.normal(deviation: 0.02 / Float(2 * layers).squareRoot())
    tokens = Embedding("wte", rows: vocabulary, width: width, initialisation: usual, key: key)
    positions = Embedding("wpe", rows: length, width: width, initialisation: usual, key: key)
    blocks = (0..<layers).map { layer in
      let name = "h.\(layer)"
      return Block(
        norm1: LayerNormalisation("\(name).ln_1", width: width),
        attention: MultiHeadAttention(
          "\(name).attn", width: width, heads: heads, isCausal: true, initialisation: usual,
          outputInitialisation: residual, key: key),
        norm2: LayerNormalisation("\(name).ln_2", width: width),
        widening: Linear(
          "\(name).mlp.c_fc", inputs: width, outputs: 4 * width, initialisation: usual, key: key),
        narrowing: Linear(
          "\(name).mlp.c_proj", inputs: 4 * width, outputs: width, initialisation: residual,
          key: key))
    }
    norm = LayerNormalisation("ln_f", width: width)
  }

  /// int32 tokens [B·T] of sequences of `length` → logits [B·T, V].
  package func logits(_ sequence: Tensor, length: Int) -> Tensor {
    let width = tokens.weight.shape[1]
    let places = sequence.graph.value(of: positions.weight)
      .sliced(along: 0, from: 0, count: length)  // [T, C]
    var x = (tokens(sequence).reshaped([-1, length, width]) + places).reshaped([-1, width])
    for block in blocks {
      x = x + block.attention(block.norm1(x), positions: length)
      x = x + widened(block, x)
    }
    return tokens.logits(norm(x))
  }

  /// The mean cross-entropy of int32 `targets` [B·T] that follow `sequence` [B·T].
  package func loss(_ sequence: Tensor, targets: Tensor, length: Int) -> Tensor {
    logits(sequence, length: length).crossEntropy(targets).average()
  }

  /// One more position: int32 tokens [B] at the position [1] int32 of every sequence → logits [B, V],
  /// and the updates of the caches, one a block.
  package func continuing(
    _ next: Tensor, at position: Tensor, caches: [KeyValueCache]
  ) -> (logits: Tensor, updates: [Update]) {
    var x = tokens(next) + positions(position)  // [B, C]
    let seen = position.cast(to: .float32).reshaped([])
    var updates: [Update] = []
    for (block, cache) in zip(blocks, caches) {
      let (attended, added) = block.attention.continuing(
        block.norm1(x), cache: cache, position: seen)
      updates += added
      x = x + attended
      x = x + widened(block, x)
    }
    return (tokens.logits(norm(x)), updates)
  }

  /// What the second half of a block adds to x.
  private func widened(_ block: Block, _ x: Tensor) -> Tensor {
    let wide = block.widening(block.norm2(x))  // [B·T, 4·C]
    return block.narrowing(activation == .gelu ? wide.gelu() : wide.relu())
  }
}
