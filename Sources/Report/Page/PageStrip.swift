import Foundation

/// A sample strip as SVG: the picture with its rows and columns named.
struct PageStrip {
  struct Label {
    var text: String
    var x: Int
    var y: Int
  }

  var title: String
  /// Pixels of the whole.
  var width: Int
  var height: Int
  /// Where the picture stands.
  var x: Int
  var y: Int
  var imageWidth: Int
  var imageHeight: Int
  /// The PNG in base 64.
  var data: String
  var columns: [Label]
  var rows: [Label]

  init(_ strip: SampleStrip, title: String) {
    self.title = title
    // Small images are shown larger, to about the width of the page.
    let scale = max(1, min(4, 880 / strip.width))
    (x, y) = (58, 22)
    (imageWidth, imageHeight) = (strip.width * scale, strip.height * scale)
    (width, height) = (x + imageWidth, y + imageHeight)
    data = Data(strip.png).base64EncodedString()
    let column = imageWidth / strip.generations.count
    let row = imageHeight / strip.seeds.count
    let (left, top) = (x, y)
    columns = strip.generations.enumerated().map { place, generation in
      Label(
        text: generation < 0 ? "real" : "\(generation)", x: left + place * column + column / 2, y: 15)
    }
    rows = strip.seeds.enumerated().map { place, seed in
      Label(text: "seed \(seed)", x: 0, y: top + place * row + row / 2 + 4)
    }
  }
}
