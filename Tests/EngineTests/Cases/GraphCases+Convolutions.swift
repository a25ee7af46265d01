import Engine
import TestSupport

extension GraphCases {
  /// Each window in all three directions.
  static let convolutions: [GraphCase] = geometries.flatMap(directions)

  private static func directions(
    _ name: String, _ image: [Int], _ outputs: Int, _ window: Window
  ) -> [GraphCase] {
    let weights = [outputs, window.kernel[0], window.kernel[1], image[3] / window.groups]
    let extents = (0..<2).map { Self.extent(image[$0 + 1], window, axis: $0) }
    let result = [image[0], extents[0], extents[1], outputs]
    return [
      GraphCase("convolution \(name)", image, weights) { $0[0].convolution($0[1], window) },
      GraphCase("transposed convolution \(name)", result, weights) {
        $0[0].transposedConvolution($0[1], window, extents: Array(image[1...2]))
      },
      // The third direction is the gradient by the weights.
      GraphCase("convolution of weights \(name)", image, result) {
        let kernel = $0[0].graph.fill(0, weights)
        return gradients(of: $0[0].convolution(kernel, window) * $0[1], withRespectTo: [kernel])[0]
      },
      GraphCase("curved convolution \(name)", image, weights) {
        $0[0].convolution($0[1], window).tanh()
      },
    ]
  }

  static func extent(_ extent: Int, _ window: Window, axis: Int) -> Int {
    let padded = extent + window.padding[axis][0] + window.padding[axis][1]
    let room = padded - window.dilation[axis] * (window.kernel[axis] - 1) - 1
    return room < 0 ? 0 : room / window.stride[axis] + 1
  }

  private static let geometries: [(String, [Int], Int, Window)] = [
    ("1×1", [2, 3, 3, 2], 3, Window(kernel: 1)),
    ("3×3", [1, 5, 5, 2], 2, Window(kernel: 3)),
    ("3×3 padded", [2, 4, 4, 2], 3, Window(kernel: 3, padding: 1)),
    ("4×4 stride 2 padded", [1, 6, 6, 1], 3, Window(kernel: 4, stride: 2, padding: 1)),
    ("stride that leaves a rest", [1, 6, 7, 2], 2, Window(kernel: 3, stride: 2)),
    ("stride longer than the kernel", [1, 7, 7, 1], 2, Window(kernel: 2, stride: 3)),
    ("dilated", [1, 7, 6, 2], 2, Window(kernel: 3, padding: 1, dilation: 2)),
    ("grouped", [2, 4, 4, 4], 6, Window(kernel: 3, padding: 1, groups: 2)),
    ("depthwise", [1, 5, 5, 3], 3, Window(kernel: 3, stride: 2, padding: 1, groups: 3)),
    (
      "uneven", [1, 6, 8, 2], 4,
      Window(
        kernel: [2, 3], stride: [1, 2], padding: [[1, 0], [0, 2]], dilation: [2, 1], groups: 2)
    ),
  ]
}
