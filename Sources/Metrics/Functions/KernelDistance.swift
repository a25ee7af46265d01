import Engine

/// Unbiased estimates of the squared maximum mean discrepancy with the kernel (x·y/dimension + 1)³
/// (Bińkowski et al. 2018), one for each of `subsets` disjoint subsets.
///
/// Each set of points is cut into subsets of equal size, in its order; what is left over is unused.
/// Disjoint subsets are independent, so their standard deviation says how uncertain the mean is.
///
/// - Parameters:
///   - x: [n×dimension]
///   - y: [m×dimension]
/// - Returns: one estimate a subset, each possibly below zero; NaN for subsets of fewer than two
///   points.
/// - Complexity: O((n² + m²)·dimension/subsets).
public func kernelDistances(
  _ x: [Double], _ y: [Double], dimension: Int, subsets: Int
) -> [Double] {
  kernelDistances(
    x, y, dimension: dimension,
    yWithin: cubicKernelSums(within: y, dimension: dimension, subsets: subsets))
}

/// The same with the sums within the subsets of y, which a fixed set keeps.
func kernelDistances(
  _ x: [Double], _ y: [Double], dimension: Int, yWithin: [Double]
) -> [Double] {
  let subsets = yWithin.count
  let n = x.count / dimension / subsets
  let m = y.count / dimension / subsets
  let xWithin = cubicKernelSums(within: x, dimension: dimension, subsets: subsets)
  return (0..<subsets).map { subset in
    let between = cubicKernelSum(
      x, subset * n..<(subset + 1) * n, y, subset * m..<(subset + 1) * m, dimension: dimension,
      diagonal: true)
    return mmdSquared(
      withinX: xWithin[subset], countX: n, withinY: yWithin[subset], countY: m, between: between)
  }
}

/// Σ_{i≠j} k(x_i, x_j) over the ordered pairs of each subset.
func cubicKernelSums(within x: [Double], dimension: Int, subsets: Int) -> [Double] {
  let n = x.count / dimension / subsets
  return (0..<subsets).map { subset in
    let rows = subset * n..<(subset + 1) * n
    return cubicKernelSum(x, rows, x, rows, dimension: dimension, diagonal: false)
  }
}

/// Σ k(x_i, y_j) over some rows of each side, in blocks of products.
///
/// - Parameter diagonal: whether the pairs with the same place in both ranges count.
private func cubicKernelSum(
  _ x: [Double], _ xRows: Range<Int>, _ y: [Double], _ yRows: Range<Int>, dimension: Int,
  diagonal: Bool
) -> Double {
  let m = yRows.count
  guard !xRows.isEmpty, m > 0 else { return 0 }
  let blockRows = max(8, min(256, 131_072 / m))
  var products = [Double](repeating: 0, count: min(blockRows, xRows.count) * m)  // [block×m]
  var sum = 0.0
  x.withUnsafeBufferPointer { x in
    y.withUnsafeBufferPointer { y in
      products.withUnsafeMutableBufferPointer { products in
        for start in stride(from: 0, to: xRows.count, by: blockRows) {
          let rows = min(blockRows, xRows.count - start)
          multiply(
            x.baseAddress! + (xRows.lowerBound + start) * dimension,
            y.baseAddress! + yRows.lowerBound * dimension, transposingB: true, m: rows, n: m,
            k: dimension, alpha: 1 / Double(dimension), into: products.baseAddress!)
          for row in 0..<rows {
            // Four sums, which do not wait for each other.
            var part = SIMD4<Double>()
            let line = UnsafeMutableBufferPointer(rebasing: products[row * m..<(row + 1) * m])
            if !diagonal { line[start + row] = -1 }  // (−1 + 1)³ = 0
            for place in stride(from: 0, to: m - 3, by: 4) {
              let base = SIMD4(line[place], line[place + 1], line[place + 2], line[place + 3]) + 1
              part += base * base * base
            }
            sum += part.sum()
            for place in m / 4 * 4..<m {
              let base = line[place] + 1
              sum += base * base * base
            }
          }
        }
      }
    }
  }
  return sum
}
