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

  var gradient: [Int: Tensor] = [loss.node: loss.filled(1)]
  for node in stride(from: loss.node, through: 0, by: -1) where depends[node] {
    guard let g = gradient[node] else { continue }
    let output = Tensor(graph: graph, node: node)
    let inputs = output.inputs
    guard inputs.contains(where: { depends[$0.node] }) else { continue }
    // What belongs to the gradient of a line is said to come from that line.
    let outer = graph.rulesSite
    graph.rulesSite = outer ?? output.site
    defer { graph.rulesSite = outer }
    let parts = output.operation.gradients(inputs: inputs, output: output, gradient: g)
    for (input, part) in zip(inputs, parts) {
      guard let part, depends[input.node] else { continue }
      if let sum = gradient[input.node] {
        gradient[input.node] = sum + part
      } else {
        gradient[input.node] = part
      }
    }
  }
  return targets.map { gradient[$0.node] ?? $0.filled(0) }
}
