/// Grey images of one size as bytes, with a class each.
struct LabelledImages: Sendable {
  let height: Int
  let width: Int
  /// [count × height × width]
  var bytes: [UInt8]
  /// [count]
  var labels: [UInt8]

  var count: Int { labels.count }
  var pixels: Int { height * width }

  /// The images at `rows`, in that order.
  func selecting(_ rows: [Int]) -> LabelledImages {
    var picked: [UInt8] = []
    picked.reserveCapacity(rows.count * pixels)
    for row in rows { picked.append(contentsOf: bytes[row * pixels..<(row + 1) * pixels]) }
    return LabelledImages(
      height: height, width: width, bytes: picked, labels: rows.map { labels[$0] })
  }

  /// The images of some classes; all of them for `nil`.
  func keeping(_ classes: Set<UInt8>?) -> LabelledImages {
    guard let classes else { return self }
    return selecting(labels.indices.filter { classes.contains(labels[$0]) })
  }
}
