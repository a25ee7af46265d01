/// Memory aligned to 64 bytes, the width of the widest vectors and of a cache line.
enum AlignedMemory {
  static let alignment = 64

  /// `count` zeroed elements; free them with `free`.
  static func allocate<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int
  ) -> UnsafeMutableBufferPointer<Element> {
    let bytes = max(count * MemoryLayout<Element>.stride, 1)
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: (bytes + alignment - 1) / alignment * alignment, alignment: alignment)
    raw.initializeMemory(
      as: UInt8.self, repeating: 0, count: (bytes + alignment - 1) / alignment * alignment)
    return UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Element.self, capacity: count), count: count)
  }

  static func free<Element: BitwiseCopyable>(_ memory: UnsafeMutableBufferPointer<Element>) {
    UnsafeMutableRawPointer(memory.baseAddress)?.deallocate()
  }
}
