import Datasets
import Foundation
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// Folders of PNG images.
@Suite struct ImageFolderTests {
  private static func options(
    size: Int, channels: Int, _ others: [String: OptionValue] = [:]
  ) -> [String: OptionValue] {
    [
      "path": .text("images"), "size": .integer(size), "channels": .integer(channels),
      "subset": .text("first"), "held_out_fraction": .real(0.5),
    ].merging(others) { $1 }
  }

  /// The first half of the images in `files`, as bytes.
  private static func training(
    _ files: [String: [UInt8]], size: Int, channels: Int
  ) throws -> (bytes: [Double], labels: [Int32]?, space: SampleSpace) {
    try Fixtures.withFiles(files) { directory in
      let dataset = try Fixtures.dataset(
        "image-folder", options(size: size, channels: channels), directory: directory)
      let samples = try dataset.training(key: RandomKey(seed: 0))
      return (samples.reals.map { $0 * 255 }, samples.labels, dataset.space)
    }
  }

  /// One image twice, the second time held out: what becomes of it.
  private static func image(_ file: [UInt8], size: Int, channels: Int) throws -> [Double] {
    try training(["images/a.png": file, "images/b.png": file], size: size, channels: channels).bytes
  }

  /// Means of the pixels covered, of the square in the middle.
  @Test func cutsAndScales() throws {
    let ramp = (0..<24).map { UInt8($0 * 10) }  // [4, 6]: 10·(6·row + column)
    let file = try PNGFixture.file(width: 6, .grey, ramp)
    // Columns 1...4 of every row.
    expectClose(
      try Self.image(file, size: 4, channels: 1),
      (0..<4).flatMap { row in (1...4).map { Double(10 * (6 * row + $0)) } }, relative: 1e-12)
    // Means of 2×2 pixels: 10·(6·(row + ½) + column + ½).
    expectClose(
      try Self.image(file, size: 2, channels: 1), [45, 65, 165, 185], relative: 1e-12)
    expectClose(try Self.image(file, size: 1, channels: 1), [115], relative: 1e-12)
    // 3×3 onto 2×2: each covers one and a half pixels along each axis, with 4 : 2 : 2 : 1 ninths.
    let nine = try PNGFixture.file(width: 3, .grey, [90, 0, 0, 0, 45, 0, 0, 0, 180])
    expectClose(
      try Self.image(nine, size: 2, channels: 1), [45, 5, 5, 85], relative: 1e-12)
    // Upright: rows 1...2 of four.
    let tall = try PNGFixture.file(width: 2, .grey, [1, 2, 3, 4, 5, 6, 7, 8])
    expectClose(try Self.image(tall, size: 2, channels: 1), [3, 4, 5, 6], relative: 1e-12)
  }

  /// Channels first, whatever the file has; colours become grey by the weights of sRGB, which leave
  /// black, white and grey as they are.
  @Test func coloursAndGreys() throws {
    let pixels: [UInt8] = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]
    let colour = try PNGFixture.file(width: 2, .rgb, pixels)
    let planes = (0..<3).flatMap { channel in
      stride(from: channel, to: 12, by: 3).map { Double(pixels[$0]) }
    }
    expectClose(try Self.image(colour, size: 2, channels: 3), planes, relative: 1e-12)
    let neutral = try PNGFixture.file(
      width: 2, .rgb, [0, 0, 0, 255, 255, 255, 128, 128, 128, 0, 255, 0])
    let grey = try Self.image(neutral, size: 2, channels: 1)
    expectClose(Array(grey[..<3]), [0, 255, 128], absolute: 1)
    // The luminance of green is .715 in linear light: byte 219.
    expectClose(grey[3], 219, absolute: 2)
    let one = try PNGFixture.file(width: 2, .grey, [1, 2, 3, 4])
    expectClose(
      try Self.image(one, size: 2, channels: 3), [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4], relative: 1e-12)
    let indexed = try PNGFixture.file(
      width: 2, .palette, [1, 0, 0, 1], palette: [10, 20, 30, 200, 210, 220])
    expectClose(
      try Self.image(indexed, size: 2, channels: 3),
      [200, 10, 10, 200, 210, 20, 20, 210, 220, 30, 30, 220], relative: 1e-12)
    // 16 bits: byte b as the pair b, b.
    let deep = try PNGFixture.file(width: 2, .grey, [9, 9, 99, 99, 150, 150, 255, 255], bits: 16)
    expectClose(try Self.image(deep, size: 2, channels: 1), [9, 99, 150, 255], relative: 1e-12)
  }

  /// Files and classes are in the order of the bytes of their names; hidden files are passed over.
  @Test func orderAndClasses() throws {
    func dot(_ value: UInt8) throws -> [UInt8] { try PNGFixture.file(width: 1, .grey, [value]) }
    let plain = try Self.training(
      [
        "images/b.png": dot(3), "images/B.PNG": dot(1), "images/a10.png": dot(2), "images/é.png": dot(9),
        "images/.hidden": [1, 2], "images/z.png": dot(4),
      ], size: 1, channels: 1)
    #expect(plain.labels == nil && plain.space == .images(channels: 1, height: 1, width: 1))
    // B a10 | b z é: the first two of five (half of five, rounded, is held out).
    expectClose(plain.bytes, [1, 2], relative: 1e-12)
    let classes = try Self.training(
      [
        "images/dog/1.png": dot(30), "images/cat/2.png": dot(20), "images/cat/1.png": dot(10),
        "images/eel/1.png": dot(40),
      ], size: 1, channels: 1)
    expectClose(classes.bytes, [10, 20], relative: 1e-12)
    #expect(classes.labels == [0, 0])
    try Fixtures.withFiles([
      "images/dog/1.png": dot(30), "images/cat/1.png": dot(10), "images/eel/1.png": dot(40),
    ]) { directory in
      let dataset = try Fixtures.dataset(
        "image-folder",
        Self.options(size: 1, channels: 1, ["subset": .text("random"), "held_out_fraction": .real(0.34)]),
        directory: directory)
      let all = [
        try dataset.training(key: RandomKey(seed: 0)), try dataset.heldOut(key: RandomKey(seed: 0)),
      ]
      let pairs = all.flatMap { set in zip(set.reals, set.labels ?? []).map { ($0, $1) } }
      #expect(all.map(\.count) == [2, 1] && pairs.count == 3)
      for (value, label) in pairs { expectClose(value * 255, [10, 30, 40][Int(label)], relative: 1e-12) }
    }
  }

  private static func refusal(_ files: [String: [UInt8]], channels: Int = 3) throws -> String {
    try Fixtures.withFiles(files) { directory in
      do {
        let dataset = try Fixtures.dataset(
          "image-folder", options(size: 2, channels: channels), directory: directory)
        return "accepted \(dataset.count)"
      } catch let error as DataError {
        return "\(error)".replacing(directory, with: "")
      }
    }
  }

  /// Every refusal names the file or the folder that is to blame.
  @Test func refusals() throws {
    let good = try PNGFixture.file(width: 2, .grey, [1, 2, 3, 4])
    func beside(_ name: String, _ bytes: [UInt8]) -> [String: [UInt8]] {
      ["images/a.png": good, "images/b.png": good, name: bytes]
    }
    let small = try PNGFixture.file(width: 1, .grey, [1, 2, 3, 4])
    let clear = try PNGFixture.file(width: 2, .rgbAlpha, [UInt8](repeating: 7, count: 16))
    let greyClear = try PNGFixture.file(width: 2, .greyAlpha, [UInt8](repeating: 7, count: 8))
    let bomb = try PNGFixture.file(width: 30_000, .grey, [UInt8](repeating: 0, count: 30_000), declared: 30_000)
    let long = try PNGFixture.file(width: 40_000, .grey, [UInt8](repeating: 0, count: 40_000))
    var rotten = good
    rotten[good.count - 20] ^= 0x10
    let cases: [([String: [UInt8]], String, String)] = [
      (beside("images/c.jpg", [0xff, 0xd8, 0xff]), "/images/c.jpg: ", "may hold .png files alone"),
      (beside("images/c.txt", []), "/images/c.txt: ", ".png files alone"),
      (beside("images/c.png", [0xff, 0xd8, 0xff, 0xe0]), "/images/c.png: ", "no PNG image (a JPEG image)"),
      (beside("images/c.png", []), "/images/c.png: ", "no PNG image (empty)"),
      (beside("images/c.png", Array("hello".utf8)), "/images/c.png: ", "no PNG image (unknown format)"),
      (beside("images/c.png", PNGFixture.signature), "/images/c.png: ", "damaged PNG image ("),
      (beside("images/c.png", Array(good[..<(good.count / 2)])), "/images/c.png: ", "damaged PNG image ("),
      (beside("images/c.png", rotten), "/images/c.png: ", "damaged PNG image ("),
      (beside("images/c.png", small), "/images/c.png: ", "1×4 pixels are less than the size asked for, 2"),
      (beside("images/c.png", clear), "/images/c.png: ", "transparent"),
      (beside("images/c.png", greyClear), "/images/c.png: ", "transparent"),
      (beside("images/c.png", bomb), "/images/c.png: ", "bytes cannot hold 30000×30000 pixels"),
      (beside("images/c.png", long), "/images/c.png: ", "40000×1 pixels, at most 32768 along a side"),
      (beside("images/more/c.png", good), "/images: ", "files (a.png) beside sub-folders (more)"),
      (["images/x/y/a.png": good], "/images/x: ", "holds the folder y"),
      (["images/.a.png": good], "/images: ", "the folder holds no images"),
      (["images/x/a.png": good, "images/y/.a": []], "/images/y: ", "the class has no images"),
      (["images": good], "/images: ", "not a directory; set path to a folder"),
      ([:], "/images: ", "no such file or directory; set path to a folder"),
    ]
    for (files, place, reason) in cases {
      let message = try Self.refusal(files)
      #expect(message.hasPrefix(place) && message.contains(reason), "\(message)")
    }
    #expect(throws: ComponentError.self) { try Self.refusal(["images/a.png": good], channels: 2) }
  }

  /// Every prefix of an image is refused, and a changed byte never traps.
  @Test func damagedImages() throws {
    let good = try PNGFixture.file(width: 3, .rgb, (0..<27).map { UInt8($0 * 9) })
    #expect(try PNGImage(good, path: "a", channels: 3).bytes == (0..<27).map { UInt8($0 * 9) })
    // The chunk at the end, of twelve bytes, says nothing of the pixels.
    for count in 0..<(good.count - 12) {
      #expect(throws: DataError.self, "cut to \(count)") {
        try PNGImage(Array(good[..<count]), path: "a", channels: 3)
      }
    }
    var refused = 0
    for index in good.indices {
      for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] where good[index] != value {
        var changed = good
        changed[index] = value
        do { _ = try PNGImage(changed, path: "a", channels: 1) } catch { refused += 1 }
      }
    }
    #expect(refused > 3 * good.count, "\(refused) of \(5 * good.count)")
  }
}
