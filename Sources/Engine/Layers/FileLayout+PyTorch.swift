extension FileLayout {
  /// Weights of a convolution [out, kh, kw, in], in a file [out, in, kh, kw]; those of a transposed
  /// one [in, kh, kw, out], in a file [in, out, kh, kw].
  public static func convolution(_ shape: [Int]) -> FileLayout {
    .permuted(
      shape: shape, axes: [0, 3, 1, 2], fileShape: [shape[0], shape[3], shape[1], shape[2]])
  }

  /// Weights [out, in] of a linear layer in front of or behind a flattened image: channels last
  /// here, [h, w, c], channels first in a file, [c, h, w]. The shape of the file stays [out, in].
  ///
  /// - Parameters:
  ///   - inputImage: [h, w, c] with h·w·c = in, where the inputs are an image.
  ///   - outputImage: [h, w, c] with h·w·c = out, where the outputs are an image.
  static func linear(_ shape: [Int], inputImage: [Int]?, outputImage: [Int]?) -> FileLayout {
    guard inputImage != nil || outputImage != nil else { return .same }
    let outputs = outputImage ?? [shape[0]]
    let inputs = inputImage ?? (shape.count > 1 ? [shape[1]] : [])
    func order(_ axes: [Int], from start: Int) -> [Int] {
      (axes.count == 3 ? [2, 0, 1] : Array(axes.indices)).map { $0 + start }
    }
    return .permuted(
      shape: outputs + inputs, axes: order(outputs, from: 0) + order(inputs, from: outputs.count),
      fileShape: shape)
  }
}
