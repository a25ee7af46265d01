/// A piece of memory of a program: one value's place while it is needed.
struct Buffer {
  enum Home {
    /// In the arena, at an offset that planning finds.
    case arena
    /// Memory of its own or of a variable.
    case fixed(UnsafeMutableRawPointer)
  }
  var bytes: Int
  var home: Home
  /// Instructions that first and last touch it.
  var firstUse = Int.max
  var lastUse = -1
}

/// Gives buffers that are alive at the same time different places in one allocation.
///
/// Largest first, each at the lowest free place (greedy by size: Pisarchyk & Lee 2020, "Efficient
/// Memory Management for Deep Neural Net Inference", section 5.2).
struct ArenaPlan {
  /// Byte offsets, one a buffer; -1 for those that live elsewhere.
  private(set) var offsets: [Int]
  private(set) var bytes = 0

  init(_ buffers: [Buffer]) {
    offsets = [Int](repeating: -1, count: buffers.count)
    let inArena = buffers.indices.filter {
      if case .arena = buffers[$0].home { buffers[$0].lastUse >= 0 } else { false }
    }
    let bySize = inArena.sorted { (buffers[$1].bytes, $0) < (buffers[$0].bytes, $1) }
    var placed: [Int] = []  // ascending by offset
    for buffer in bySize {
      let size = Self.rounded(buffers[buffer].bytes)
      var offset = 0
      for other in placed where buffers[other].firstUse <= buffers[buffer].lastUse
        && buffers[buffer].firstUse <= buffers[other].lastUse
      {
        if offsets[other] - offset >= size { break }
        offset = max(offset, offsets[other] + Self.rounded(buffers[other].bytes))
      }
      offsets[buffer] = offset
      bytes = max(bytes, offset + size)
      let place = placed.firstIndex { offsets[$0] > offset } ?? placed.count
      placed.insert(buffer, at: place)
    }
  }

  private static func rounded(_ bytes: Int) -> Int { max((bytes + 63) / 64 * 64, 64) }
}
