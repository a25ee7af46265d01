import Engine
import Samples

extension SampleSet {
  /// The set as a safetensors file.
  func safetensors() -> [UInt8] {
    let (tensors, metadata) = self.tensors
    return SafetensorsFile.encode(tensors, metadata: metadata)
  }

  /// The set as tensors, `samples` in the shape of the space and `labels` where there are any, with the
  /// provenance.
  var tensors: (tensors: [SafetensorsTensor], metadata: [String: String]) {
    var shape = [count]
    switch space {
    case .categories: break
    case .images(let channels, let height, let width): shape += [channels, height, width]
    case .vectors, .regression, .tokens: shape.append(space.width)
    }
    var tensors = [
      SafetensorsTensor(
        "samples", shape: shape, space.isDiscrete ? .int32(indices) : .float64(reals))
    ]
    if let labels { tensors.append(SafetensorsTensor("labels", shape: [count], .int32(labels))) }
    return (tensors, ["provenance": provenance.summary])
  }
}
