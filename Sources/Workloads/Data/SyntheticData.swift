import Glibc
import Randomness

/// Data with something to learn in them. Their values do not change what a step costs.
enum SyntheticData {
  /// Square images of one channel, [count, side, side]: a soft bright spot at a random place, between
  /// `low` and `high`.
  static func spots(
    _ count: Int, side: Int, from low: Float = 0, to high: Float = 1, key: RandomKey
  ) -> [Float] {
    var stream = RandomStream(key: key)
    let extent = Double(side)
    var images: [Float] = []
    images.reserveCapacity(count * side * side)
    for _ in 0..<count {
      let centre = (stream.uniform() * extent, stream.uniform() * extent)
      let width = extent * (0.08 + 0.1 * stream.uniform())
      for row in 0..<side {
        for column in 0..<side {
          let (y, x) = ((Double(row) - centre.0) / width, (Double(column) - centre.1) / width)
          let brightness = Float(0.02 + 0.96 * exp(-0.5 * (x * x + y * y)))
          images.append(low + (high - low) * brightness)
        }
      }
    }
    return images
  }

  /// Vectors [count, width]: images as `spots` where the width is a square, else uniform numbers.
  static func vectors(_ count: Int, width: Int, key: RandomKey) -> [Float] {
    let side = Int(Double(width).squareRoot())
    if side * side == width { return spots(count, side: side, key: key) }
    var values = [Float](repeating: 0, count: count * width)
    var stream = RandomStream(key: key)
    values.withUnsafeMutableBufferPointer { stream.fillUniforms($0) }
    return values
  }

  /// Fills memory with standard normal numbers.
  static func fillNormals(_ values: UnsafeMutableBufferPointer<Float>, key: RandomKey) {
    var stream = RandomStream(key: key)
    stream.fillNormals(values)
  }

  /// Whole numbers below `bound`.
  static func labels(_ count: Int, below bound: Int, key: RandomKey) -> [Int32] {
    var stream = RandomStream(key: key)
    return (0..<count).map { _ in Int32(stream.integer(below: bound)) }
  }

  /// Sequences [count, length] of tokens below `vocabulary`, most of which follow from the one before.
  static func tokens(_ count: Int, length: Int, vocabulary: Int, key: RandomKey) -> [Int32] {
    var stream = RandomStream(key: key)
    var tokens: [Int32] = []
    tokens.reserveCapacity(count * length)
    for _ in 0..<count {
      var token = stream.integer(below: vocabulary)
      for _ in 0..<length {
        tokens.append(Int32(token))
        let isFree = stream.uniform() < 0.1
        token = isFree ? stream.integer(below: vocabulary) : (5 * token + 17) % vocabulary
      }
    }
    return tokens
  }

  /// Points [count, 2] near a circle.
  static func ring(_ count: Int, key: RandomKey) -> [Float] {
    var stream = RandomStream(key: key)
    var points: [Float] = []
    points.reserveCapacity(2 * count)
    for _ in 0..<count {
      let angle = 2 * Double.pi * stream.uniform()
      let radius = 2 + 0.1 * stream.normal()
      points += [Float(radius * cos(angle)), Float(radius * sin(angle))]
    }
    return points
  }
}
