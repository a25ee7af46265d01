import Glibc

/// Memory aligned to 64 bytes, the width of the widest vectors and of a cache line; large pieces to
/// the system's large pages, which it is asked to use.
enum AlignedMemory {
  static let alignment = 64
  /// Bytes of a large page. A pass over memory in small ones spends a part of its time on finding them.
  static let largePage = 2 << 20

  /// `count` zeroed elements; free them with `free`.
  static func allocate<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int
  ) -> UnsafeMutableBufferPointer<Element> {
    let memory = allocateUncleared(type, count: count)
    UnsafeMutableRawBufferPointer(memory).initializeMemory(as: UInt8.self, repeating: 0)
    return memory
  }

  /// The same without values: for memory that is written before it is read.
  static func allocateUncleared<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int
  ) -> UnsafeMutableBufferPointer<Element> {
    let bytes = max(count * MemoryLayout<Element>.stride, 1)
    let isLarge = bytes >= 2 * largePage
    let unit = isLarge ? largePage : alignment
    let size = (bytes + unit - 1) / unit * unit
    let raw = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: unit)
    // Advice: where it is refused the memory is as good, only slower.
    if isLarge { _ = madvise(raw, size, MADV_HUGEPAGE) }
    return UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Element.self, capacity: count), count: count)
  }

  static func free<Element: BitwiseCopyable>(_ memory: UnsafeMutableBufferPointer<Element>) {
    UnsafeMutableRawPointer(memory.baseAddress)?.deallocate()
  }
}
