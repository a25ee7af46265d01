import CKernels

extension SemidefiniteFactor {
  /// scale·F·A for a lower trapezoidal A [rank×columns], columns ≤ rank, with a positive diagonal: a
  /// factor of scale²·F·A·Aᵀ·Fᵀ.
  ///
  /// - Parameter a: row-major, zeros above the diagonal.
  /// - Complexity: dimension³/3 multiplications where F and A are triangular.
  public func times(lower a: [Double], columns: Int, scale: Double = 1) -> SemidefiniteFactor {
    precondition(a.count == rank * columns && columns <= rank, "\(a.count) entries for \(rank)×\(columns)")
    let product = [Double](unsafeUninitializedCapacity: dimension * columns) { buffer, count in
      count = dimension * columns
      guard let result = buffer.baseAddress, count > 0 else { return }
      ouroboros_lower_product(
        values, dimension, rank, isTriangular ? 1 : 0, a, columns, scale, result)
    }
    return SemidefiniteFactor(
      dimension: dimension, rank: columns, values: product,
      isTriangular: isTriangular && columns == dimension,
      isDiagonal: isTriangular && dimension == 1 && columns == 1)
  }

  /// scale·F.
  public func scaled(by scale: Double) -> SemidefiniteFactor {
    let scaled = [Double](unsafeUninitializedCapacity: values.count) { buffer, count in
      count = values.count
      guard let out = buffer.baseAddress, count > 0 else { return }
      values.withUnsafeBufferPointer { f in
        guard let f = f.baseAddress else { return }
        for row in 0..<dimension {
          let filled = isTriangular ? row + 1 : rank
          let own = f + row * rank
          let result = out + row * rank
          for column in 0..<filled { result[column] = scale * own[column] }
          (result + filled).update(repeating: 0, count: rank - filled)
        }
      }
    }
    return SemidefiniteFactor(
      dimension: dimension, rank: rank, values: scaled, isTriangular: isTriangular,
      isDiagonal: isDiagonal)
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

  /// tr F·Fᵀ.
  public var trace: Double {
    values.withUnsafeBufferPointer { f in
      guard let f = f.baseAddress else { return 0 }
      guard isTriangular, dimension > smallDimension else { return laneDot(f, f, count: values.count) }
      var sum = 0.0
      for row in 0..<dimension { sum += laneDot(f + row * rank, f + row * rank, count: row + 1) }
      return sum
    }
  }

  /// F·z + offset, [dimension].
  ///
  /// - Parameters:
  ///   - z: [rank]
  ///   - scale: multiplies F.
  public func applied(to z: [Double], scale: Double, adding offset: [Double]) -> [Double] {
    precondition(z.count == rank && offset.count == dimension, "\(z.count) for rank \(rank)")
    if dimension == 1 { return [rank == 0 ? offset[0] : offset[0] + scale * values[0] * z[0]] }
    var result = offset
    if isDiagonal {
      for row in 0..<dimension { result[row] += scale * values[row * rank + row] * z[row] }
      return result
    }
    if isTriangular, dimension > smallDimension {
      values.withUnsafeBufferPointer { f in
        guard let f = f.baseAddress else { return }
        for row in 0..<dimension { result[row] += scale * laneDot(f + row * rank, z, count: row + 1) }
      }
      return result
    }
    values.withUnsafeBufferPointer { f in
      for row in 0..<dimension {
        var sum = 0.0
        for column in 0..<(isTriangular ? row + 1 : rank) { sum += f[row * rank + column] * z[column] }
        result[row] += scale * sum
      }
    }
    return result
  }

  /// scale·F·S·Fᵀ for symmetric S [rank×rank]: a symmetric [dimension×dimension] matrix.
  ///
  /// - Complexity: 2·dimension³ floating-point operations, dimension² for a diagonal factor.
  public func congruence(of s: [Double], scale: Double) -> [Double] {
    precondition(s.count == rank * rank, "\(s.count) entries for rank \(rank)")
    let d = dimension
    let r = rank
    guard r > 0 else { return [Double](repeating: 0, count: d * d) }
    if isDiagonal { return diagonalCongruence(of: s, scale: scale) }
    if isTriangular, d > smallDimension {
      var result = s
      multiplyLowerTriangular(values, left: &result, rows: d, columns: d, alpha: scale)
      multiplyLowerTriangularTransposed(values, right: &result, rows: d, columns: d)
      symmetrise(&result, d)
      return result
    }
    var half = [Double](repeating: 0, count: d * r)  // F·S, [d×r]
    var result = [Double](repeating: 0, count: d * d)
    guard d <= smallDimension else {
      multiply(values, s, m: d, n: r, k: r, alpha: scale, into: &half)
      multiply(half, values, transposingB: true, m: d, n: d, k: r, into: &result)
      symmetrise(&result, d)
      return result
    }
    smallCongruence(s, scale, &half, &result)
    return result
  }

  private func diagonalCongruence(of s: [Double], scale: Double) -> [Double] {
    let d = dimension
    if d == 1 { return [scale * values[0] * values[0] * s[0]] }
    return [Double](unsafeUninitializedCapacity: d * d) { result, count in
      count = d * d
      values.withUnsafeBufferPointer { f in
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
    values.withUnsafeBufferPointer { f in
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
