import Engine
import Randomness
import Samples

extension LeNet {
  /// The weights as a safetensors file, with a checksum over them: a changed bit of a weight is
  /// still a weight.
  ///
  /// - Throws: `WeightsError`, never for this network.
  func encoded(name: String) throws -> [UInt8] {
    try encodeWeights(variables, metadata: ["checksum": checksum], path: name)
  }

  /// The network of a file that `encoded` made.
  ///
  /// - Throws: `SafetensorsError`, `WeightsError` and `FeatureError.corrupted` for bytes that are
  ///   anything else.
  init(decoding bytes: [UInt8], name: String, image: ImageShape, classes: Int) throws {
    self.init(image, classes: classes, key: RandomKey(seed: 0))
    let file = try SafetensorsFile(bytes, path: name)
    try loadWeights(variables, from: file)
    let expected = file.metadata.first { $0.key == "checksum" }?.value
    guard expected == checksum else {
      throw FeatureError.corrupted(
        name: name, reason: "the weights do not fit their checksum; remove the file to train again")
    }
  }

  private var checksum: String {
    var hash = SampleHash()
    for variable in variables { hash.add(variable.array) }
    return hash.text
  }
}
