import Engine
import Samples

extension SampleSet {
  /// The set as a safetensors file: tensor `samples` in the shape of the space, and `labels` where
  /// there are any; the provenance as metadata.
  func safetensors() throws -> [UInt8] {
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
    return SafetensorsFile.encode(tensors, metadata: ["provenance": provenance.summary])
  }
}
