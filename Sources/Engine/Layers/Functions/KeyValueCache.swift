/// The keys and values of the positions that a decoder has seen, so that a new position costs one
/// query. Not saved with a model.
public struct KeyValueCache {
  /// [batch, heads, capacity, width of a head]
  public let keys: Variable
  /// [batch, heads, capacity, width of a head]
  public let values: Variable

  /// - Parameters:
  ///   - name: unique among the caches of a model.
  ///   - capacity: the most positions it holds.
  public init(_ name: String, batch: Int, heads: Int, capacity: Int, headWidth: Int) {
    let shape = [batch, heads, capacity, headWidth]
    keys = Variable("\(name).keys", shape, isTrainable: false)
    values = Variable("\(name).values", shape, isTrainable: false)
  }

  /// The attention of a prompt: positions 0..<T at once, causal; fills the cache with them.
  ///
  /// - Parameters: `queries`, `keys`, `values`: [batch, heads, T, width], T ≤ capacity.
  /// - Returns: [batch, heads, T, width], and the updates that the program has to make.
  public func begin(
    queries: Tensor, keys newKeys: Tensor, values newValues: Tensor, file: StaticString = #fileID,
    line: Int = #line
  ) -> (result: Tensor, updates: [Update]) {
    let start = [0, 0, 0, 0]
    return (
      queries.attention(
        keys: newKeys, values: newValues, isCausal: true, file: file, line: line),
      [
        .assign(keys, newKeys.placed(in: keys.shape, starts: start, file: file, line: line)),
        .assign(values, newValues.placed(in: values.shape, starts: start, file: file, line: line)),
      ]
    )
  }

  /// The attention of one new position over itself and all before it; adds it to the cache.
  ///
  /// - Parameters:
  ///   - queries: with `newKeys` and `newValues` [batch, heads, 1, width].
  ///   - position: how many positions came before, a scalar [] float32 below the capacity, the same
  ///     for the whole batch.
  /// - Returns: [batch, heads, 1, width], and the updates that the program has to make.
  public func continuing(
    queries: Tensor, keys newKeys: Tensor, values newValues: Tensor, position: Tensor,
    file: StaticString = #fileID, line: Int = #line
  ) -> (result: Tensor, updates: [Update]) {
    let graph = queries.graph
    let row = graph.indices(along: 2, keys.shape, file: file, line: line)
    let isNew = row .== position
    let allKeys = isNew.select(
      newKeys, graph.value(of: keys, file: file, line: line), file: file, line: line)
    let allValues = isNew.select(
      newValues, graph.value(of: values, file: file, line: line), file: file, line: line)
    let scores = queries.scaledScores(allKeys, file, line)
    let column = graph.indices(along: -1, scores.shape, file: file, line: line)
    let shares = (column .<= position).select(scores, -.infinity, file: file, line: line)
      .softmax(file: file, line: line)
    return (
      shares.matmul(allValues, file: file, line: line),
      [.assign(keys, allKeys), .assign(values, allValues)]
    )
  }
}
