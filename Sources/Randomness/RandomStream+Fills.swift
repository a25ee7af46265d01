import CKernels

/// Bulk draws. Each starts at the next unused block; the type's documentation says which numbers.
/// Cost on one AVX-512 core about 1 ns a normal `Double`, half that for `Float`, and 35 ns a call.
extension RandomStream {
  /// Fills `values` with 64-bit words, two a block.
  public mutating func fillBits(_ values: UnsafeMutableBufferPointer<UInt64>) {
    let blocks = values.count / 2
    let start = takeBlocks((values.count + 1) / 2)
    ckernels_random_bits(key.word, start, values.baseAddress, blocks)
    if values.count % 2 == 1 {
      let last = start + UInt64(blocks)
      let (low, high) = (UInt32(truncatingIfNeeded: last), UInt32(last >> 32))
      let words = philox4x32(counter: SIMD4(low, high, 0, 0), key: SIMD2(key.low, key.high))
      values[values.count - 1] = UInt64(words[0]) | UInt64(words[1]) << 32
    }
  }

  /// Fills `values` with numbers in [0, 1), multiples of 2⁻⁵³.
  public mutating func fillUniforms(_ values: UnsafeMutableBufferPointer<Double>) {
    let block = takeBlocks((values.count + 1) / 2)
    ckernels_random_uniforms(key.word, block, values.baseAddress, values.count)
  }

  /// Fills `values` with numbers in [0, 1), multiples of 2⁻⁵³.
  public mutating func fillUniforms(_ values: inout [Double]) {
    values.withUnsafeMutableBufferPointer { fillUniforms($0) }
  }

  /// Fills `values` with numbers in [0, 1), multiples of 2⁻²⁴.
  public mutating func fillUniforms(_ values: UnsafeMutableBufferPointer<Float>) {
    let block = takeBlocks((values.count + 3) / 4)
    ckernels_random_uniforms_float(key.word, block, values.baseAddress, values.count)
  }

  /// Fills `values` with numbers in [0, 1), multiples of 2⁻²⁴.
  public mutating func fillUniforms(_ values: inout [Float]) {
    values.withUnsafeMutableBufferPointer { fillUniforms($0) }
  }

  /// Fills `values` with standard normal numbers (Box and Muller 1958), |z| ≤ 8.58.
  public mutating func fillNormals(_ values: UnsafeMutableBufferPointer<Double>) {
    let block = takeBlocks((values.count + 1) / 2)
    ckernels_random_normals(key.word, block, values.baseAddress, values.count)
  }

  /// Fills `values` with standard normal numbers (Box and Muller 1958), |z| ≤ 8.58.
  public mutating func fillNormals(_ values: inout [Double]) {
    values.withUnsafeMutableBufferPointer { fillNormals($0) }
  }

  /// Fills `values` with standard normal numbers from 31-bit radii and angles, |z| ≤ 6.56.
  public mutating func fillNormals(_ values: UnsafeMutableBufferPointer<Float>) {
    let block = takeBlocks((values.count + 3) / 4)
    ckernels_random_normals_float(key.word, block, values.baseAddress, values.count)
  }

  /// Fills `values` with standard normal numbers from 31-bit radii and angles, |z| ≤ 6.56.
  public mutating func fillNormals(_ values: inout [Float]) {
    values.withUnsafeMutableBufferPointer { fillNormals($0) }
  }

  /// Fills `values` with exponential numbers of mean 1.
  public mutating func fillExponentials(_ values: UnsafeMutableBufferPointer<Double>) {
    let block = takeBlocks((values.count + 1) / 2)
    ckernels_random_exponentials(key.word, block, values.baseAddress, values.count)
  }

  /// Fills `values` with exponential numbers of mean 1.
  public mutating func fillExponentials(_ values: inout [Double]) {
    values.withUnsafeMutableBufferPointer { fillExponentials($0) }
  }
}
