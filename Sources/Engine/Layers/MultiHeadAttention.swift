import Randomness

/// Self-attention with several heads; names and order of the weights as in GPT-2.
///
/// Axes: B batch, T positions, C width, H heads of width d = C/H.
public struct MultiHeadAttention: Layer {
  /// Queries, keys and values in this order, [3·C, C]: `name.c_attn`.
  public let input: Linear
  /// [C, C]: `name.c_proj`.
  public let output: Linear
  public let heads: Int
  public let isCausal: Bool

  public var variables: [Variable] { input.variables + output.variables }

  /// - Parameters:
  ///   - name: in front of the names of the two linear layers, for example `h.0.attn`.
  ///   - width: C, a multiple of `heads`.
  ///   - isCausal: whether a position sees itself and the ones before it only.
  ///   - initialisation: of the weights of queries, keys and values.
  ///   - outputInitialisation: of the output's weights; the same when nil.
  ///   - inputName: `c_attn`; `outputName`: `c_proj`.
  ///   - key: the key of the model.
  public init(
    _ name: String, width: Int, heads: Int, isCausal: Bool, initialisation: Initialisation = .standard,
    outputInitialisation: Initialisation? = nil, inputName: String = "c_attn",
    outputName: String = "c_proj", key: RandomKey
  ) {
    precondition(heads >= 1 && width % heads == 0, "\(name): width \(width) in \(heads) heads")
    self.heads = heads
    self.isCausal = isCausal
    input = Linear(
      partName(name, inputName), inputs: width, outputs: 3 * width, initialisation: initialisation,
      key: key)
    output = Linear(
      partName(name, outputName), inputs: width, outputs: width,
      initialisation: outputInitialisation ?? initialisation, key: key)
  }

  /// x [B, T, C], or [B·T, C] with T = `positions`, → the same shape. The second form keeps all of a
  /// model's activations matrices.
  public func callAsFunction(
    _ x: Tensor, positions: Int? = nil, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let length = positions ?? (x.rank == 3 ? x.shape[1] : 1)
    let (q, k, v) = projected(x, length, file, line)
    let heads = q.attention(keys: k, values: v, isCausal: isCausal, file: file, line: line)
    return merged(heads, like: x, file, line)
  }

  /// A cache for decoding `batch` sequences of at most `capacity` positions.
  public func cache(batch: Int, capacity: Int) -> KeyValueCache {
    KeyValueCache(
      input.weight.name, batch: batch, heads: heads, capacity: capacity,
      headWidth: output.weight.shape[0] / heads)
  }

  /// A prompt x [B, T, C], or [B·T, C] with T = `positions`; fills `cache`.
  public func begin(
    _ x: Tensor, cache: KeyValueCache, positions: Int? = nil, file: StaticString = #fileID,
    line: Int = #line
  ) -> (result: Tensor, updates: [Update]) {
    let length = positions ?? (x.rank == 3 ? x.shape[1] : 1)
    let (q, k, v) = projected(x, length, file, line)
    let (heads, updates) = cache.begin(queries: q, keys: k, values: v, file: file, line: line)
    return (merged(heads, like: x, file, line), updates)
  }

  /// One more position x [B, C] or [B, 1, C] for every sequence, `position` [] float32 of them before
  /// it; adds it to `cache`.
  public func continuing(
    _ x: Tensor, cache: KeyValueCache, position: Tensor, file: StaticString = #fileID,
    line: Int = #line
  ) -> (result: Tensor, updates: [Update]) {
    let (q, k, v) = projected(x, 1, file, line)
    let (heads, updates) = cache.continuing(
      queries: q, keys: k, values: v, position: position, file: file, line: line)
    return (merged(heads, like: x, file, line), updates)
  }

  /// Queries, keys and values, each [B, H, T, d]: views of one product.
  private func projected(
    _ x: Tensor, _ length: Int, _ file: StaticString, _ line: Int
  ) -> (Tensor, Tensor, Tensor) {
    let width = output.weight.shape[0]
    guard x.rank >= 2, x.shape.last == width, length >= 1, (x.count / width) % length == 0 else {
      let failed = x.graph.fail(
        "attention", "\(input.weight.name) has the width \(width), x \(x.type) of \(length) positions",
        [x], Site(file, line), like: TensorType([1, heads, 1, width / heads]))
      return (failed, failed, failed)
    }
    let all = input(x.reshaped([-1, width], file: file, line: line), file: file, line: line)
    let parts = (0..<3).map { part in
      all.sliced(along: 1, from: part * width, count: width, file: file, line: line)
        .reshaped([-1, length, heads, width / heads], file: file, line: line)
        .permuted([0, 2, 1, 3], file: file, line: line)
    }
    return (parts[0], parts[1], parts[2])
  }

  /// [B, H, T, d] → the output layer's result in the shape of x.
  private func merged(
    _ heads: Tensor, like x: Tensor, _ file: StaticString, _ line: Int
  ) -> Tensor {
    guard heads.rank == 4 else { return heads }
    let rows = heads.permuted([0, 2, 1, 3], file: file, line: line)
      .reshaped([-1, output.weight.shape[0]], file: file, line: line)
    return output(rows, file: file, line: line).reshaped(x.shape, file: file, line: line)
  }
}
