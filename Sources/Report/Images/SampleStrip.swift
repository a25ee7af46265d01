/// The images of one cell as one picture: rows are seeds, columns generations, real data first where they
/// were kept. A tile shows the first images of its preview in a square.
struct SampleStrip: Sendable {
  /// Pixels between tiles, and between the images of a tile.
  private static let gaps = (tile: 4, image: 1)
  /// Images on the side of a tile, at most.
  static let mostOnSide = 3

  let seeds: [Int]
  /// −1 for the real data.
  let generations: [Int]
  /// Pixels of the picture.
  let width: Int
  let height: Int
  let png: [UInt8]

  /// nil where there are no images, or images of several shapes.
  ///
  /// - Throws: `ReportError.image`.
  init?(_ previews: [Preview]) throws(ReportError) {
    var tiles: [(seed: Int, generation: Int, bytes: [UInt8], shape: [Int])] = []
    for preview in previews {
      if case .images(let bytes, let shape) = preview.content {
        tiles.append((preview.seed, preview.generation, bytes, shape))
      }
    }
    guard let first = tiles.first, tiles.allSatisfy({ $0.shape.dropFirst() == first.shape.dropFirst() }),
      first.shape[1] == 1 || first.shape[1] == 3
    else { return nil }
    let generations = Set(tiles.map(\.generation)).sorted()
    let seeds = Set(tiles.filter { $0.generation >= 0 }.map(\.seed)).sorted()
    guard !seeds.isEmpty else { return nil }
    let fewest = tiles.map { $0.shape[0] }.min() ?? 1
    var side = 1
    while side < Self.mostOnSide, (side + 1) * (side + 1) <= fewest { side += 1 }
    let (high, wide) = (first.shape[2], first.shape[3])
    let tileWidth = side * (wide + Self.gaps.image) - Self.gaps.image + Self.gaps.tile
    let tileHeight = side * (high + Self.gaps.image) - Self.gaps.image + Self.gaps.tile
    var image = PNGImage(
      width: generations.count * tileWidth, height: seeds.count * tileHeight,
      channels: first.shape[1], fill: 128)
    for (row, seed) in seeds.enumerated() {
      for (column, generation) in generations.enumerated() {
        // Real data are kept once a cell; every row shows them.
        let tile = tiles.first { $0.generation == generation && $0.seed == seed }
          ?? (generation < 0 ? tiles.first { $0.generation < 0 } : nil)
        guard let tile else { continue }
        for place in 0..<(side * side) {
          image.copy(
            tile.bytes, image: place, shape: tile.shape,
            x: column * tileWidth + Self.gaps.tile / 2 + (place % side) * (wide + Self.gaps.image),
            y: row * tileHeight + Self.gaps.tile / 2 + (place / side) * (high + Self.gaps.image))
        }
      }
    }
    self.seeds = seeds
    self.generations = generations
    (width, height) = (image.width, image.height)
    png = try image.encoded()
  }
}

extension PNGImage {
  /// Copies one image of [n, channels, height, width] bytes to a place in this picture.
  fileprivate mutating func copy(_ source: [UInt8], image: Int, shape: [Int], x: Int, y: Int) {
    let (planes, high, wide) = (shape[1], shape[2], shape[3])
    for plane in 0..<planes {
      for row in 0..<high {
        let start = ((image * planes + plane) * high + row) * wide
        for column in 0..<wide {
          bytes[((y + row) * width + x + column) * channels + plane] = source[start + column]
        }
      }
    }
  }
}
