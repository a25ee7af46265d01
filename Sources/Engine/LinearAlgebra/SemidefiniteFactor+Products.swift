import CKernels

extension SemidefiniteFactor {
  /// factor·F·A for a lower trapezoidal A [rank×columns], columns ≤ rank, with a positive diagonal: a
  /// factor of factor²·F·A·Aᵀ·Fᵀ.
  ///
  /// - Parameter a: packed, row after row up to the diagonal, as `RandomStream.wishartFactor` gives it.
  /// - Complexity: dimension³/3 operations where F and A are triangular.
  public func times(
    lower a: UnsafeBufferPointer<Double>, columns: Int, scale factor: Double = 1
  ) -> SemidefiniteFactor {
    precondition(
      columns <= rank && a.count == columns * (columns + 1) / 2 + (rank - columns) * columns,
      "\(a.count) entries for \(rank)×\(columns)")
    var trace = 0.0
    let product = [Double](unsafeUninitializedCapacity: dimension * columns) { buffer, count in
      count = dimension * columns
      guard let result = buffer.baseAddress, count > 0 else { return }
      trace = ouroboros_lower_product(
        entries, dimension, rank, isTriangular ? 1 : 0, a.baseAddress, columns, scale * factor,
        result)
    }
    return SemidefiniteFactor(
      dimension: dimension, rank: columns, entries: product, trace: trace,
      isTriangular: isTriangular && columns == dimension,
      isDiagonal: isTriangular && dimension == 1 && columns == 1)
  }

  /// factor·F for a positive factor.
  ///
  /// - Complexity: O(1).
  public func scaled(by factor: Double) -> SemidefiniteFactor {
    SemidefiniteFactor(
      dimension: dimension, rank: rank, entries: entries, scale: scale * factor,
      trace: factor * factor * trace, isTriangular: isTriangular, isDiagonal: isDiagonal)
  }

  /// Adds F·Fᵀ to the lower triangle of c [dimension×dimension]; the upper one is left.
  ///
  /// - Complexity: dimension²·rank floating-point operations, a third of it for a triangular factor.
  public func addSquare(toLower c: UnsafeMutablePointer<Double>) {
    accumulateLowerRowProducts(
      values, rows: dimension, columns: rank, triangular: isTriangular, beta: 1, into: c)
  }

  /// F·Fᵀ, [dimension×dimension], symmetric.
  ///
  /// - Complexity: dimension²·rank floating-point operations, a third of it for a triangular factor.
  public var square: [Double] {
    var result = [Double](repeating: 0, count: dimension * dimension)
    addSquare(toLower: &result)
    symmetriseFromLower(&result, dimension)
    return result
  }

  /// factor·F·z + offset, [dimension].
  ///
  /// - Parameter z: [rank]
  public func applied(
    to z: [Double], scale factor: Double, adding offset: [Double]
  ) -> [Double] {
    z.withUnsafeBufferPointer { applied(to: $0, scale: factor, adding: offset) }
  }

  /// The same for numbers in a buffer.
  public func applied(
    to z: UnsafeBufferPointer<Double>, scale factor: Double, adding offset: [Double]
  ) -> [Double] {
    precondition(z.count == rank && offset.count == dimension, "\(z.count) for rank \(rank)")
    let scale = scale * factor
    if dimension == 1 { return [rank == 0 ? offset[0] : offset[0] + scale * entries[0] * z[0]] }
    guard rank > 0 else { return offset }
    return [Double](unsafeUninitializedCapacity: dimension) { result, count in
      count = dimension
      ouroboros_lower_apply(
        entries, dimension, rank, isTriangular ? 1 : 0, z.baseAddress, scale, offset,
        result.baseAddress)
    }
  }

  /// factor·F·S·Fᵀ for symmetric S [rank×rank]: a symmetric [dimension×dimension] matrix.
  ///
  /// - Complexity: 2·dimension³ floating-point operations, dimension² for a diagonal factor.
  public func congruence(of s: [Double], scale factor: Double) -> [Double] {
    precondition(s.count == rank * rank, "\(s.count) entries for rank \(rank)")
    let d = dimension
    let r = rank
    let scale = factor * scale * scale
    guard r > 0 else { return [Double](repeating: 0, count: d * d) }
    if isDiagonal { return diagonalCongruence(of: s, scale: scale) }
    if isTriangular, d > smallDimension {
      var result = s
      multiplyLowerTriangular(entries, left: &result, rows: d, columns: d, alpha: scale)
      multiplyLowerTriangularTransposed(entries, right: &result, rows: d, columns: d)
      symmetrise(&result, d)
      return result
    }
    var half = [Double](repeating: 0, count: d * r)  // F·S, [d×r]
    var result = [Double](repeating: 0, count: d * d)
    guard d <= smallDimension else {
      multiply(entries, s, m: d, n: r, k: r, alpha: scale, into: &half)
      multiply(half, entries, transposingB: true, m: d, n: d, k: r, into: &result)
      symmetrise(&result, d)
      return result
    }
    smallCongruence(s, scale, &half, &result)
    return result
  }

  private func diagonalCongruence(of s: [Double], scale: Double) -> [Double] {
    let d = dimension
    if d == 1 { return [scale * entries[0] * entries[0] * s[0]] }
    return [Double](unsafeUninitializedCapacity: d * d) { result, count in
      count = d * d
      entries.withUnsafeBufferPointer { f in
        s.withUnsafeBufferPointer { s in
          for i in 0..<d {
            for j in 0..<d {
              result[i * d + j] = scale * (f[i * d + i] * f[j * d + j]) * s[i * d + j]
            }
          }
        }
      }
    }
  }

  private func smallCongruence(
    _ s: [Double], _ scale: Double, _ half: inout [Double], _ result: inout [Double]
  ) {
    let d = dimension
    let r = rank
    entries.withUnsafeBufferPointer { f in
      s.withUnsafeBufferPointer { s in
        half.withUnsafeMutableBufferPointer { half in
          for i in 0..<d {
            for k in 0..<(isTriangular ? i + 1 : r) {
              let value = scale * f[i * r + k]
              for j in 0..<r { half[i * r + j] += value * s[k * r + j] }
            }
          }
        }
      }
      half.withUnsafeBufferPointer { half in
        result.withUnsafeMutableBufferPointer { result in
          for i in 0..<d {
            for j in 0...i {
              var sum = 0.0
              for k in 0..<(isTriangular ? j + 1 : r) { sum += half[i * r + k] * f[j * r + k] }
              result[i * d + j] = sum
              result[j * d + i] = sum
            }
          }
        }
      }
    }
  }
}
