/// What rank 0 tells the others before work begins.
enum RunStart {
  /// The study or the directory is not good: leave with this code.
  case refused(Int32)
  /// The frozen plan, the run directory, and the generations committed by each chain.
  case go(plan: [UInt8], directory: String, committed: [Int32])

  func encoded() -> [UInt8] {
    switch self {
    case .refused(let code): return RunStart.bytes(of: [-1, Int64(code)])
    case .go(let plan, let directory, let committed):
      let path = Array(directory.utf8)
      return RunStart.bytes(of: [Int64(plan.count), Int64(path.count), Int64(committed.count)]) + plan + path
        + committed.withUnsafeBytes { Array($0) }
    }
  }

  init(_ bytes: [UInt8]) {
    func number(_ index: Int) -> Int {
      Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self) })
    }
    if number(0) < 0 {
      self = .refused(Int32(number(1)))
      return
    }
    let (planEnd, pathEnd) = (24 + number(0), 24 + number(0) + number(1))
    let committed = bytes.withUnsafeBytes { raw in
      (0..<number(2)).map { raw.loadUnaligned(fromByteOffset: pathEnd + 4 * $0, as: Int32.self) }
    }
    self = .go(
      plan: Array(bytes[24..<planEnd]), directory: String(decoding: bytes[planEnd..<pathEnd], as: UTF8.self),
      committed: committed)
  }

  private static func bytes(of numbers: [Int64]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
}
