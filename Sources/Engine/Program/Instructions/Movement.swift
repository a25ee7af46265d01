import CKernels
import Randomness

/// A copy between strided boxes.
final class CopyInstruction: Instruction {
  private let elementBytes: Int32
  private let box: [Int64]
  private let rank: Int
  private let source: UnsafeRawPointer
  private let destination: UnsafeMutableRawPointer

  /// - Parameter box: extents, strides of the source and strides of the destination, in elements.
  init(
    elementBytes: Int, extents: [Int], source: UnsafeRawPointer, sourceStrides: [Int],
    destination: UnsafeMutableRawPointer, destinationStrides: [Int]
  ) {
    self.elementBytes = Int32(elementBytes)
    rank = extents.count
    box = (extents + sourceStrides + destinationStrides).map(Int64.init)
    self.source = source
    self.destination = destination
  }

  func run() {
    box.withUnsafeBufferPointer { box in
      guard let base = box.baseAddress else {
        ouroboros_copy_strided(elementBytes, 0, nil, source, nil, destination, nil)
        return
      }
      ouroboros_copy_strided(
        elementBytes, Int32(rank), base, source, base + rank, destination, base + 2 * rank)
    }
  }
}

/// One value everywhere.
final class FillInstruction: Instruction {
  private let value: Float
  private let memory: UnsafeMutableBufferPointer<Float>

  init(_ value: Float, _ memory: UnsafeMutableBufferPointer<Float>) {
    self.value = value
    self.memory = memory
  }

  func run() { ouroboros_fill(value, memory.baseAddress, memory.count) }
}

/// Rows of a table.
final class GatherInstruction: Instruction {
  private let table: UnsafePointer<Float>
  private let rows: Int
  private let width: Int
  private let indices: UnsafeBufferPointer<Int32>
  private let result: UnsafeMutablePointer<Float>

  init(
    table: UnsafePointer<Float>, rows: Int, width: Int, indices: UnsafeBufferPointer<Int32>,
    result: UnsafeMutablePointer<Float>
  ) {
    self.table = table
    self.rows = rows
    self.width = width
    self.indices = indices
    self.result = result
  }

  func run() throws(ProgramError) {
    let fault = ouroboros_gather_rows(
      4, table, Int64(rows), Int64(width), indices.baseAddress, Int64(indices.count), result)
    guard fault < 0 else {
      throw .indexOutOfRange(
        operation: "gather", position: Int(fault), index: indices[Int(fault)], rows: rows)
    }
  }
}

/// Values added up in rows of a table of zeros.
final class ScatterInstruction: Instruction {
  private let values: UnsafePointer<Float>
  private let rows: Int
  private let width: Int
  private let indices: UnsafeBufferPointer<Int32>
  private let result: UnsafeMutablePointer<Float>

  init(
    values: UnsafePointer<Float>, rows: Int, width: Int, indices: UnsafeBufferPointer<Int32>,
    result: UnsafeMutablePointer<Float>
  ) {
    self.values = values
    self.rows = rows
    self.width = width
    self.indices = indices
    self.result = result
  }

  func run() throws(ProgramError) {
    ouroboros_fill(0, result, rows * width)
    let fault = ouroboros_scatter_add_rows(
      values, Int64(width), indices.baseAddress, Int64(indices.count), result, Int64(rows))
    guard fault < 0 else {
      throw .indexOutOfRange(
        operation: "scatterAdd", position: Int(fault), index: indices[Int(fault)], rows: rows)
    }
  }
}

/// Partial sums along an axis.
final class CumulativeSumInstruction: Instruction {
  private let source: UnsafePointer<Float>
  private let result: UnsafeMutablePointer<Float>
  private let extents: (outer: Int, length: Int, inner: Int)
  private let operation: CumulativeSum

  init(
    _ operation: CumulativeSum, shape: [Int], source: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Float>
  ) {
    self.operation = operation
    self.source = source
    self.result = result
    extents = (
      shape[..<operation.axis].reduce(1, *), shape[operation.axis],
      shape[(operation.axis + 1)...].reduce(1, *)
    )
  }

  func run() {
    ouroboros_cumulative_sum(
      source, result, Int64(extents.outer), Int64(extents.length), Int64(extents.inner),
      operation.isReversed ? 1 : 0, operation.isExclusive ? 1 : 0)
  }
}

/// A key that every run sets.
final class KeySlot {
  var key = RandomKey(seed: 0)
  /// Whether it was ever set.
  var isSet = false
}

/// Random numbers.
final class RandomInstruction: Instruction {
  private let operation: RandomValues
  private let slot: KeySlot
  private let result: UnsafeMutableBufferPointer<Float>

  init(_ operation: RandomValues, _ slot: KeySlot, _ result: UnsafeMutableBufferPointer<Float>) {
    self.operation = operation
    self.slot = slot
    self.result = result
  }

  func run() {
    let key = slot.key.folding(UInt64(operation.number)).word
    switch operation.distribution {
    case .normal: ckernels_random_normals_float(key, 0, result.baseAddress, result.count)
    case .uniform: ckernels_random_uniforms_float(key, 0, result.baseAddress, result.count)
    case .bernoulli(let probability):
      ckernels_random_bernoulli_float(key, 0, probability, result.baseAddress, result.count)
    }
  }
}
