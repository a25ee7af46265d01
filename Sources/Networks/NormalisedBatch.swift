import Engine

extension BatchNormalisation {
  /// The layer in training (`running` not nil, to which its new running values are added) or trained.
  func callAsFunction(_ x: Tensor, running: inout RunningValues?) -> Tensor {
    guard running != nil else { return self(x) }
    let (result, updates) = training(x)
    for case .assign(let variable, let newest) in updates {
      running?.append((variable, newest))
    }
    return result
  }
}

extension Tensor {
  /// This tensor through a batch normalisation where there is one.
  func normalised(_ layer: BatchNormalisation?, _ running: inout RunningValues?) -> Tensor {
    layer.map { $0(self, running: &running) } ?? self
  }
}

/// Each variable once: of layers that several batches of a step go through, such as real and fake ones,
/// the mean of what each batch makes of the running values.
package func joined(_ running: RunningValues) -> RunningValues {
  var order: [Variable] = []
  var values: [Variable: [Tensor]] = [:]
  for (variable, newest) in running {
    if values[variable] == nil { order.append(variable) }
    values[variable, default: []].append(newest)
  }
  return order.map { variable in
    let all = values[variable] ?? []
    return (variable, all.dropFirst().reduce(all[0], +) / Float(all.count))
  }
}
