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
