internal import CMPI
import Glibc

/// Memory that the ranks of a communicator read and write, at another address in each of them.
///
/// It has no name, so nothing of it stays behind however the ranks end, and a small /dev/shm, as
/// containers have, does not limit it.
public final class SharedMemory {
  /// Zero at first; begins at a page.
  public let bytes: UnsafeMutableRawBufferPointer

  fileprivate init?(file: Int32, byteCount: Int) {
    let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    guard let start, start != MAP_FAILED else { return nil }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }
}

extension Communicator {
  /// Memory for all ranks. Collective.
  ///
  /// - Parameter byteCount: at least 1. Pages take memory when they are first written.
  /// - Returns: nil on every rank where one of them cannot reach the others' memory: it is on another
  ///   node or in a container of its own, or the system refuses.
  public func shareMemory(byteCount: Int) throws(MPIError) -> SharedMemory? {
    let node = try splitByNode()
    let nodeSize = try allReduce(value: Int64(node.size), .minimum)
    try node.free()
    guard nodeSize == size else { return nil }

    var file: Int32 = -1
    defer { if file >= 0 { close(file) } }
    var source = MemoryFile.none
    if isRoot {
      file = MemoryFile.create(byteCount: byteCount)
      source = MemoryFile(file: file) ?? .none
    }
    var numbers = source.numbers
    try broadcast(&numbers)
    if !isRoot { file = MemoryFile(numbers: numbers).open() }
    let memory = file < 0 ? nil : SharedMemory(file: file, byteCount: byteCount)
    // Also keeps the root's file open until everybody has it.
    return try allReduce(value: Int64(memory == nil ? 0 : 1), .minimum) == 1 ? memory : nil
  }
}

/// Where the other processes of a node find a file that one of them has in memory.
private struct MemoryFile {
  /// The process, its descriptor, and the device and inode of the file.
  let numbers: [Int64]

  static let none = MemoryFile(numbers: [-1, -1, -1, -1])

  init(numbers: [Int64]) { self.numbers = numbers }

  /// An open file of this process; nil for a descriptor that is none.
  init?(file: Int32) {
    var facts = stat()
    guard file >= 0, fstat(file, &facts) == 0 else { return nil }
    numbers = [Int64(getpid()), Int64(file), Int64(facts.st_dev), Int64(facts.st_ino)]
  }

  /// A new file of zeros: its descriptor, or -1.
  static func create(byteCount: Int) -> Int32 {
    // Beyond the limit on file sizes the process would get a signal.
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
      limit.rlim_cur >= byteCount
    else { return -1 }
    let file = cmpi_memory_file()
    guard file >= 0, ftruncate(file, byteCount) != 0 else { return file }
    close(file)
    return -1
  }

  /// A descriptor of another process's file, or -1.
  func open() -> Int32 {
    let path = "/proc/\(numbers[0])/fd/\(numbers[1])"
    var facts = stat()
    // Where processes are numbered apart, in containers, the path may lead to anything.
    guard stat(path, &facts) == 0, Int64(facts.st_dev) == numbers[2], Int64(facts.st_ino) == numbers[3]
    else { return -1 }
    return Glibc.open(path, O_RDWR | O_CLOEXEC)
  }
}
