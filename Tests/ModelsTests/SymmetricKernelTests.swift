import CKernels
import Engine
import Randomness
import TestSupport
import Testing

/// The kernels for symmetric and triangular matrices against plain loops.
struct SymmetricKernelTests {
  private static let dimensions = Array(1...70) + [100, 128, 129, 256]

  /// A lower trapezoidal matrix [n×columns] with a dominant diagonal.
  private func trapezoid(_ n: Int, _ columns: Int) -> [Double] {
    var stream = RandomStream(key: RandomKey(seed: UInt64(1000 * n + columns)))
    var values = [Double](repeating: 0, count: n * columns)
    stream.fillNormals(&values)
    for row in 0..<n {
      for column in 0..<columns {
        let index = row * columns + column
        values[index] = column > row ? 0 : column == row ? 4 + abs(values[index]) : values[index] / 8
      }
    }
    return values
  }

  /// The rows of a lower trapezoidal matrix up to the diagonal, one after another.
  private func packed(_ x: [Double], _ columns: Int) -> [Double] {
    x.indices.filter { $0 % columns <= $0 / columns }.map { x[$0] }
  }

  /// The lower triangle of x·xᵀ; above it not a number, which nobody may read.
  private func lowerSquare(_ x: [Double], _ n: Int, _ columns: Int) -> [Double] {
    var square = [Double](repeating: .nan, count: n * n)
    for i in 0..<n {
      for j in 0...i {
        var sum = 0.0
        for k in 0..<columns { sum += x[i * columns + k] * x[j * columns + k] }
        square[i * n + j] = sum
      }
    }
    return square
  }

  @Test(arguments: dimensions) func factorisesAScaledMatrix(n: Int) {
    let expected = trapezoid(n, n)
    var a = lowerSquare(expected, n, n)
    for index in a.indices { a[index] *= 4 }
    var factor = [Double](repeating: .nan, count: n * n)
    #expect(ouroboros_cholesky(a, 0.25, n, &factor) == 0)
    #expect(largestGap(factor, expected) < 1e-13)
    #expect(ouroboros_cholesky(a, 0.25, n, &a) == 0)
    #expect(a == factor, "in place")
  }

  /// A bad pivot at every place is named, whatever stands behind it.
  @Test(arguments: [-1, 0, .nan, .infinity] as [Double]) func namesTheFirstBadPivot(value: Double) {
    for n in [1, 7, 8, 9, 13, 31, 100, 130] {
      let good = lowerSquare(trapezoid(n, n), n, n)
      for pivot in [0, n / 3, n / 2, n - 1] {
        var a = good
        a[pivot * n + pivot] = value
        a[(n - 1) * n + n - 1] = pivot < n - 1 ? .nan : value
        var factor = [Double](repeating: 0, count: n * n)
        #expect(ouroboros_cholesky(a, 1, n, &factor) == pivot + 1, "dimension \(n)")
        #expect(choleskyFactor(a, dimension: n) == nil)
      }
    }
  }

  /// Not a number below the diagonal reaches the pivot of its row.
  @Test func refusesNotANumberBelowTheDiagonal() {
    for n in [2, 9, 40, 100] {
      var a = lowerSquare(trapezoid(n, n), n, n)
      a[(n - 1) * n] = .nan
      #expect(choleskyFactor(a, dimension: n) == nil, "dimension \(n)")
    }
  }

  @Test(arguments: dimensions) func addsTheSquare(n: Int) {
    for columns in Set([1, max(1, n / 2), max(1, n - 1), n]).sorted() {
      let x = trapezoid(n, columns)
      let square = lowerSquare(x, n, columns)
      let start = (0..<n * n).map { Double($0 % 7) }
      for triangular in [0, 1] as [Int32] {
        var c = start
        ouroboros_lower_square(x, n, columns, triangular, &c)
        let expected = zip(start, square).map { $1.isNaN ? $0 : $0 + $1 }
        #expect(largestGap(c, expected) < 1e-12, "\(columns) columns, triangular \(triangular)")
        for i in 0..<n {
          for j in i + 1..<max(n, i + 1) where c[i * n + j] != start[i * n + j] {
            Issue.record("entry \(i), \(j) above the diagonal has changed")
          }
        }
      }
    }
  }

  /// scale·f·a, its sum of squares and scale·f·z + offset, for a square f of either kind.
  @Test(arguments: dimensions) func multipliesTriangles(n: Int) {
    var stream = RandomStream(key: RandomKey(seed: UInt64(n)))
    var dense = [Double](repeating: 0, count: n * n)
    stream.fillNormals(&dense)
    let z = (0..<n).map { _ in stream.normal() }
    let offset = (0..<n).map { Double($0 % 5) }
    for (f, triangular) in [(trapezoid(n, n), 1 as Int32), (dense, 0)] {
      for columns in Set([1, max(1, n / 3), max(1, n - 1), n]).sorted() {
        let a = trapezoid(n, columns)
        var expected = [Double](repeating: 0, count: n * columns)
        for i in 0..<n {
          for k in 0..<n {
            for j in 0..<columns { expected[i * columns + j] += 0.5 * f[i * n + k] * a[k * columns + j] }
          }
        }
        var product = [Double](repeating: .nan, count: n * columns)
        let squares = ouroboros_lower_product(
          f, n, n, triangular, packed(a, columns), columns, 0.5, &product)
        #expect(largestGap(product, expected) < 1e-11, "\(columns) columns, triangular \(triangular)")
        let sum = expected.reduce(0) { $0 + $1 * $1 }
        #expect(abs(squares - sum) < 1e-12 * sum, "\(columns) columns, triangular \(triangular)")
      }
      let moved = (0..<n).map { i in
        (0..<n).reduce(offset[i]) { $0 + 0.5 * f[i * n + $1] * z[$1] }
      }
      var applied = [Double](repeating: .nan, count: n)
      ouroboros_lower_apply(f, n, n, triangular, z, 0.5, offset, &applied)
      #expect(largestGap(applied, moved) < 1e-12, "triangular \(triangular)")
    }
  }

  @Test(arguments: dimensions) func addsAMatrixOfRankOne(n: Int) {
    var stream = RandomStream(key: RandomKey(seed: UInt64(n)))
    let x = (0..<n).map { _ in stream.normal() }
    let start = (0..<n * n).map { Double($0 % 7) }
    var c = start
    ouroboros_lower_rank_one(0.3, x, n, &c)
    for i in 0..<n {
      for j in 0..<n {
        let expected = start[i * n + j] + (j <= i ? 0.3 * x[i] * x[j] : 0)
        #expect(c[i * n + j] == expected, "entry \(i), \(j)")
      }
    }
  }

  @Test func everyInstructionSetGivesTheSameBits() throws {
    let before = VectorISA.active
    defer { try? before.select() }
    try VectorISA.baseline.select()
    let reference = allBits()
    #expect(reference.count > 10_000)
    for isa in VectorISA.allCases where isa.isSupported {
      try isa.select()
      #expect(allBits() == reference, "\(isa) differs from the baseline")
    }
  }

  private func allBits() -> [UInt64] {
    var bits: [UInt64] = []
    for n in [1, 7, 8, 9, 16, 17, 24, 31, 40, 100, 129] {
      let lower = trapezoid(n, n)
      let square = lowerSquare(lower, n, n)
      var factor = [Double](repeating: 0, count: n * n)
      _ = ouroboros_cholesky(square, 0.3, n, &factor)
      bits += factor.map(\.bitPattern)
      ouroboros_lower_rank_one(0.3, Array(lower.prefix(n)), n, &factor)
      bits += factor.map(\.bitPattern)
      for columns in Set([max(1, n / 2), n]).sorted() {
        var c = [Double](repeating: 1, count: n * n)
        ouroboros_lower_square(trapezoid(n, columns), n, columns, 1, &c)
        bits += c.map(\.bitPattern)
        var product = [Double](repeating: 0, count: n * columns)
        let trace = ouroboros_lower_product(
          lower, n, n, 1, packed(trapezoid(n, columns), columns), columns, 0.7, &product)
        bits.append(trace.bitPattern)
        bits += product.map(\.bitPattern)
        var applied = [Double](repeating: 0, count: n)
        ouroboros_lower_apply(lower, n, n, 1, Array(lower.suffix(n)), 0.7, applied, &applied)
        bits += applied.map(\.bitPattern)
      }
    }
    return bits
  }

  /// The largest absolute difference; infinite where something is not a number.
  private func largestGap(_ x: [Double], _ y: [Double]) -> Double {
    guard x.count == y.count else { return .infinity }
    var gap = 0.0
    for (a, b) in zip(x, y) { gap = (a - b).isNaN ? .infinity : max(gap, abs(a - b)) }
    return gap
  }
}
