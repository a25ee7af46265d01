import Engine
import Randomness
import Samples

/// The pretrained classifier of MNIST's digits: three 3×3 convolutions with 32, 64 and 128 channels,
/// each with ReLU and 2×2 max-pooling, then 256 hidden units. Variables are named as in the file.
struct DigitNetwork: ImageNetwork {
  static let classes = (0..<10).map(Int32.init)

  let image: ImageShape
  let convolutions: [ConvolutionLayer]
  let hidden: Linear
  let output: Linear
  let width = 256

  var variables: [Variable] {
    convolutions.flatMap(\.variables) + hidden.variables + output.variables
  }

  /// Grey images of 24 to 31 pixels a side, three halvings of which leave 3.
  static func fits(_ image: ImageShape) -> Bool {
    image.channels == 1 && image.height / 8 == 3 && image.width / 8 == 3
  }

  /// - Throws: `SafetensorsError` and `WeightsError` for a file that is not there or not of this
  ///   network.
  init(_ image: ImageShape, weights path: String) throws {
    precondition(Self.fits(image), "digits of \(image)")
    self.image = image
    // Everything comes from the file.
    let key = RandomKey(seed: 0)
    let channels = [1, 32, 64, 128]
    convolutions = (0..<3).map {
      ConvolutionLayer(
        "conv_layers.\(3 * $0)", inputs: channels[$0], outputs: channels[$0 + 1], kernel: 3,
        padding: 1, key: key)
    }
    hidden = Linear(
      "fc_layers.0", inputs: 3 * 3 * 128, outputs: width, inputImage: [3, 3, 128], key: key)
    output = Linear("fc_layers.2", inputs: width, outputs: Self.classes.count, key: key)
    try loadWeights(variables, from: SafetensorsFile(path: path))
  }

  /// Images with values in [0, 1], as the data set `mnist` gives them.
  func features(_ x: Tensor) -> Tensor {
    // The mean and the standard deviation of MNIST's pixels, with which it was trained.
    let standardised = (x - 0.1307) * (1 / 0.3081)  // [n, h, w, 1]
    let last = convolutions.reduce(standardised) { $1($0).relu().maximumPooled(2) }  // [n, 3, 3, 128]
    return hidden(last.reshaped([x.shape[0], -1])).relu()  // [n, 256]
  }
}
