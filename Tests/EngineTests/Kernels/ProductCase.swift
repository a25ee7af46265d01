import CKernels

/// A product with random sizes, strides, batch and epilogue.
struct ProductCase: CustomStringConvertible {
  var product = ouroboros_product_t()
  var epilogue = KernelEpilogue()
  var a: [Float]
  var b: [Float]
  var c: [Float]
  var bias: [Float]?

  /// `large`: several blocks in every direction, no batch.
  init(_ draws: inout KernelDraws, large: Bool) {
    var (m, n, k) = (draws.pick(1...70), draws.pick(1...70), draws.pick(0...70))
    if large { (m, n, k) = (draws.pick(1...200), draws.pick(1...900), draws.pick(300...1300)) }
    switch draws.below(8) {
    case 0: n = draws.pick(1...4)
    case 1: m = draws.pick(1...4)
    case 2: k = draws.pick(1...3)
    default: break
    }
    let (outer, inner) = large ? (1, 1) : (draws.pick(1...2), draws.pick(1...3))
    let (aRow, aColumn, aCount) = Self.layout(rows: m, columns: k, &draws)
    let (bRow, bColumn, bCount) = Self.layout(rows: k, columns: n, &draws)
    let cRow = n + (draws.chance(30) ? draws.below(20) : 0)
    epilogue.alpha = draws.chance(70) ? 1 : 0.5
    epilogue.accumulate = draws.chance(50)
    epilogue.activation = draws.below(3)
    product.m = m
    product.n = n
    product.k = k
    (product.a_row, product.a_column) = (aRow, aColumn)
    (product.b_row, product.b_column) = (bRow, bColumn)
    product.c_row = cRow
    (product.outer, product.inner) = (outer, inner)
    (product.a_outer, product.a_inner) = (inner * aCount, aCount)
    // One B for all of the inner items.
    (product.b_outer, product.b_inner) = (bCount, draws.chance(50) ? 0 : bCount)
    (product.c_outer, product.c_inner) = (inner * m * cRow, m * cRow)
    product.alpha = epilogue.alpha
    product.accumulate = epilogue.accumulate ? 1 : 0
    product.activation = Int32(epilogue.activation)
    product.slope = epilogue.slope
    product.operands = Int32(draws.below(2))
    a = draws.wholeNumbers(outer * inner * aCount)
    b = draws.wholeNumbers((outer + inner) * bCount)
    c = draws.wholeNumbers(outer * inner * m * cRow)
    bias = draws.chance(50) ? draws.wholeNumbers(n) : nil
    // ReLU makes 0 of it.
    if draws.chance(10) { bias?[n - 1] = -.infinity }
  }

  /// A large product whose A is transposed and has its columns pages apart.
  init(farColumns draws: inout KernelDraws) {
    self.init(&draws, large: true)
    (product.a_row, product.a_column) = (1, 2048 + draws.below(40))
    a = draws.wholeNumbers(product.a_column * product.k)
  }

  /// Row stride, column stride and elements of a matrix: rows or columns contiguous, or neither.
  private static func layout(
    rows: Int, columns: Int, _ draws: inout KernelDraws
  ) -> (row: Int, column: Int, count: Int) {
    let gap = draws.chance(30) ? draws.below(9) : 0
    switch draws.below(5) {
    case 0, 1: return (columns + gap, 1, rows * (columns + gap) + 1)
    case 2, 3: return (1, rows + gap, (rows + gap) * columns + 1)
    default: return (2 * columns + gap, 2, rows * (2 * columns + gap) + 1)
    }
  }

  var description: String {
    """
    \(product.m)×\(product.n)×\(product.k), strides (\(product.a_row), \(product.a_column)) \
    (\(product.b_row), \(product.b_column)) \(product.c_row), batch \(product.outer)×\(product.inner), \
    alpha \(product.alpha), accumulate \(product.accumulate), activation \(product.activation), \
    operands \(product.operands), bias \(bias != nil)
    """
  }

  /// C by the definition.
  func reference() -> [Float] {
    var result = c
    for o in 0..<product.outer {
      for i in 0..<product.inner {
        let a0 = o * product.a_outer + i * product.a_inner, b0 = o * product.b_outer + i * product.b_inner
        for row in 0..<product.m {
          for column in 0..<product.n {
            var sum = 0.0
            for p in 0..<product.k {
              sum += Double(a[a0 + row * product.a_row + p * product.a_column])
                * Double(b[b0 + p * product.b_row + column * product.b_column])
            }
            let place = o * product.c_outer + i * product.c_inner + row * product.c_row + column
            result[place] = epilogue.finished(sum, old: c[place], bias: bias?[column] ?? 0)
          }
        }
      }
    }
    return result
  }

  /// C by the kernels, and whether they stayed within their scratch.
  func computed() -> (result: [Float], inside: Bool) {
    var result = c, description = product
    let inside = withScratch(ouroboros_product_scratch(&description)) { scratch in
      ouroboros_product(&description, a, b, &result, bias, scratch)
    }
    return (result, inside)
  }

  /// C with B laid out before; the batch must share one B.
  func computedPacked() -> (result: [Float], inside: Bool) {
    var result = c, description = product, packedInside = true
    let inside = withScratch(ouroboros_product_scratch(&description)) { scratch in
      packedInside = withScratch(ouroboros_product_packed_size(&description)) { packed in
        ouroboros_product_pack(&description, b, packed)
        ouroboros_product_packed(&description, a, packed, &result, bias, scratch)
      }
    }
    return (result, inside && packedInside)
  }
}
