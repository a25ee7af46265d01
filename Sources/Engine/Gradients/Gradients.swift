/// The gradients of `loss` with respect to `targets`, as new nodes of the same graph; they can be
/// differentiated again. A target that the loss does not depend on has a gradient of zeros.
///
/// - Parameters:
///   - loss: any shape; the gradient is that of the sum of its elements.
///   - targets: any tensors of the graph, also intermediate ones.
/// - Returns: one tensor for every target, of its shape.
///
/// Reverse accumulation: one visit to every node between the targets and the loss.
public func gradients(of loss: Tensor, withRespectTo targets: [Tensor]) -> [Tensor] {
  let graph = loss.graph
  // Only nodes that depend on a target carry a gradient.
  var depends = [Bool](repeating: false, count: loss.node + 1)
  for target in targets where target.node <= loss.node { depends[target.node] = true }
  for node in 0...loss.node where !depends[node] {
    depends[node] = graph.nodes[node].inputs.contains { depends[$0] }
  }
  guard depends[loss.node] else { return targets.map { $0.filled(0) } }

  // For every node what its readers contribute.
  var contributions: [Int: [Tensor]] = [loss.node: [loss.filled(1)]]
  var gradient: [Int: Tensor] = [:]
  for node in stride(from: loss.node, through: 0, by: -1) where depends[node] {
    guard let all = contributions[node] else { continue }
    let output = Tensor(graph: graph, node: node)
    let inputs = output.inputs
    // What belongs to the gradient of a line is said to come from that line.
    let outer = graph.rulesSite
    graph.rulesSite = outer ?? output.site
    defer { graph.rulesSite = outer }
    let g = sum(all)
    gradient[node] = g
    guard inputs.contains(where: { depends[$0.node] }) else { continue }
    let parts = output.operation.gradients(inputs: inputs, output: output, gradient: g)
    for (input, part) in zip(inputs, parts) {
      guard let part, depends[input.node] else { continue }
      contributions[input.node, default: []].append(part)
    }
  }
  return targets.map { gradient[$0.node] ?? $0.filled(0) }
}

/// The sum of the contributions to one gradient. Those of slices that divide a tensor along an axis are
/// put one behind the other, which reads and writes everything once.
private func sum(_ parts: [Tensor]) -> Tensor {
  if parts.count > 1, let joined = joined(parts) { return joined }
  return parts.dropFirst().reduce(parts[0]) { $0 + $1 }
}

private func joined(_ parts: [Tensor]) -> Tensor? {
  let places = parts.compactMap { part in (part.operation as? Place).map { ($0, part.inputs[0]) } }
  guard places.count == parts.count, let shape = parts.first?.shape,
    let axis = shape.indices.first(where: { places[0].1.shape[$0] != shape[$0] })
  else { return nil }
  let ordered = places.sorted { $0.0.starts[axis] < $1.0.starts[axis] }
  var end = 0
  for (place, part) in ordered {
    var rest = part.shape
    rest[axis] = shape[axis]
    guard place.steps.allSatisfy({ $0 == 1 }), rest == shape, place.starts[axis] == end else { return nil }
    end += part.shape[axis]
  }
  return end == shape[axis] ? concatenate(ordered.map(\.1), along: axis) : nil
}
