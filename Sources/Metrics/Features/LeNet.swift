import Engine
import Randomness
import Samples

/// A small convolutional classifier after LeNet-5 (LeCun et al. 1998), with ReLU, max-pooling and
/// padded convolutions: 8 and 16 channels, 120 and 84 hidden units. Features are the 84.
struct LeNet: ImageNetwork {
  let image: ImageShape
  let convolution1: ConvolutionLayer
  let convolution2: ConvolutionLayer
  let hidden1: Linear
  let hidden2: Linear
  let output: Linear
  /// Of the training images' values, [c]: what is subtracted, and what that is multiplied by.
  let mean: Variable
  let scale: Variable
  let width = 84

  var variables: [Variable] {
    [mean, scale] + trainable
  }
  var trainable: [Variable] {
    convolution1.variables + convolution2.variables + hidden1.variables + hidden2.variables
      + output.variables
  }

  /// Images that two halvings leave a pixel of.
  static func fits(_ image: ImageShape) -> Bool { image.height >= 4 && image.width >= 4 }

  init(_ image: ImageShape, classes: Int, key: RandomKey) {
    precondition(Self.fits(image) && classes > 0, "\(classes) classes of \(image)")
    self.image = image
    convolution1 = ConvolutionLayer(
      "conv1", inputs: image.channels, outputs: 8, kernel: 5, padding: 2, key: key)
    convolution2 = ConvolutionLayer("conv2", inputs: 8, outputs: 16, kernel: 5, padding: 2, key: key)
    let last = [image.height / 4, image.width / 4, 16]
    hidden1 = Linear(
      "fc1", inputs: last.reduce(1, *), outputs: 120, inputImage: last, key: key)
    hidden2 = Linear("fc2", inputs: 120, outputs: width, key: key)
    output = Linear("fc3", inputs: width, outputs: classes, key: key)
    mean = Variable("mean", [image.channels], isTrainable: false)
    scale = Variable("scale", [image.channels], isTrainable: false)
  }

  func features(_ x: Tensor) -> Tensor {
    let graph = x.graph
    let standardised = (x - graph.value(of: mean)) * graph.value(of: scale)  // [n, h, w, c]
    let first = convolution1(standardised).relu().maximumPooled(2)  // [n, h/2, w/2, 8]
    let second = convolution2(first).relu().maximumPooled(2)  // [n, h/4, w/4, 16]
    let flat = second.reshaped([x.shape[0], -1])  // [n, h/4·w/4·16]
    return hidden2(hidden1(flat).relu()).relu()  // [n, 84]
  }
}
