import Glibc

// What libFuzzer calls. A program holds the readers of one module, each a target by name; the variable
// OUROBOROS_FUZZ chooses one.

/// Reads the bytes of one input; traps where a promise is broken.
typealias FuzzTarget = @Sendable ([UInt8]) -> Void

private let target: FuzzTarget = {
  let name = getenv("OUROBOROS_FUZZ").map { String(cString: $0) } ?? ""
  guard let target = targets[name] else {
    fatalError("no target '\(name)'; there are \(targets.keys.sorted().joined(separator: ", "))")
  }
  atexit { print("fuzz::slowest_milliseconds: \(slowest)") }
  return target
}()

/// The processor time of the slowest input so far, in milliseconds.
nonisolated(unsafe) private var slowest = 0

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: data, count: count))
  let before = processorMilliseconds()
  target(bytes)
  slowest = max(slowest, processorMilliseconds() - before)
  return 0
}

/// Of this thread: other programs on the machine do not count.
private func processorMilliseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// Requires that an error can be shown: short lines of printable text.
func requireReadable(_ message: String) {
  precondition(!message.isEmpty, "an error without words")
  precondition(message.utf8.count <= 16_384, "an error of \(message.utf8.count) bytes")
  for scalar in message.unicodeScalars where scalar != "\n" {
    precondition(scalar.properties.generalCategory != .control, "an error with control characters")
  }
}
