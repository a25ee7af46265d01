/// Batches that a training goes through again and again.
struct BatchPool<Element: BitwiseCopyable> {
  /// How many batches there are.
  static var batches: Int { 8 }

  private let values: [Element]
  private let batchCount: Int

  /// - Parameter values: all batches one after the other.
  init(_ values: [Element]) {
    precondition(values.count % Self.batches == 0, "\(values.count) values in \(Self.batches) batches")
    self.values = values
    batchCount = values.count / Self.batches
  }

  /// Copies batch `number`, counted round and round, into the memory of an input.
  func copy(_ number: Int, into input: UnsafeMutableBufferPointer<Element>) {
    precondition(input.count == batchCount, "\(batchCount) values for an input of \(input.count)")
    let start = number % Self.batches * batchCount
    values.withUnsafeBufferPointer { source in
      _ = input.update(fromContentsOf: source[start..<start + batchCount])
    }
  }
}
