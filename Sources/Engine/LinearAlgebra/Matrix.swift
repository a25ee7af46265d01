import COpenBLAS

// Dense Double linear algebra for the statistical models and the metrics. Matrices are row-major
// arrays; shapes stand in brackets. OpenBLAS runs on one thread unless `setBLASThreads` says otherwise.

/// Sets the number of OpenBLAS threads of this process. Call before the first product.
public func setBLASThreads(_ threads: Int) { openblas_set_num_threads(Int32(threads)) }

/// OpenBLAS's name for the kernels it chose, e.g. `SkylakeX`; part of a run's manifest.
public func blasCoreName() -> String { String(cString: openblas_get_corename()) }

/// OpenBLAS's version and build options.
public func blasConfiguration() -> String { String(cString: openblas_get_config()) }

/// c [m×n] = alpha · op(a) [m×k] · op(b) [k×n] + beta · c.
///
/// - Complexity: 2·m·n·k floating-point operations.
public func multiply(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, transposingA transposeA: Bool = false,
  transposingB transposeB: Bool = false, m: Int, n: Int, k: Int, alpha: Double = 1, beta: Double = 0,
  into c: UnsafeMutablePointer<Double>
) {
  guard m > 0, n > 0 else { return }
  cblas_dgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
    Int32(m), Int32(n), Int32(k), alpha, a, Int32(transposeA ? m : k), b,
    Int32(transposeB ? k : n), beta, c, Int32(n))
}

/// The product of two matrices: [m×k] · [k×n] → [m×n].
public func product(_ a: [Double], _ b: [Double], m: Int, n: Int, k: Int) -> [Double] {
  precondition(a.count == m * k && b.count == k * n, "[\(a.count)] · [\(b.count)] as \(m)×\(k)×\(n)")
  var c = [Double](repeating: 0, count: m * n)
  multiply(a, b, m: m, n: n, k: k, into: &c)
  return c
}

/// xᵀx for x [rows×dimension]: a full symmetric [dimension×dimension] matrix.
///
/// - Complexity: rows · dimension² floating-point operations.
public func gram(_ x: UnsafePointer<Double>, rows: Int, dimension: Int) -> [Double] {
  var c = [Double](repeating: 0, count: dimension * dimension)
  guard rows > 0 else { return c }
  cblas_dsyrk(
    CblasRowMajor, CblasUpper, CblasTrans, Int32(dimension), Int32(rows), 1, x, Int32(dimension), 0,
    &c, Int32(dimension))
  mirrorUpper(&c, dimension)
  return c
}

/// Copies the upper triangle of a square matrix to the lower one.
public func mirrorUpper(_ a: inout [Double], _ dimension: Int) {
  for row in 0..<dimension {
    for column in 0..<row { a[row * dimension + column] = a[column * dimension + row] }
  }
}
