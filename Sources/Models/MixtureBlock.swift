import Engine
import Glibc
import Laws

/// The E-step over blocks of rows, for any dimension.
struct MixtureBlock {
  /// Rows a block; keeps a block of a few hundred columns in the cache.
  static let rows = 512

  private let parameters: MixtureLaw
  private let isDiagonal: Bool
  private let constants: [Double]
  private var centred: [Double]  // [rows×d]
  private var terms: [Double]  // [components×rows]
  private var product: [Double]  // [d×d]

  init(parameters: MixtureLaw, isDiagonal: Bool) {
    let d = parameters.dimension
    self.parameters = parameters
    self.isDiagonal = isDiagonal
    constants = parameters.components.indices.map(parameters.logConstant)
    centred = [Double](repeating: 0, count: MixtureBlock.rows * d)
    terms = [Double](repeating: 0, count: MixtureBlock.rows * parameters.components.count)
    product = [Double](repeating: 0, count: isDiagonal ? 0 : d * d)
  }

  /// Adds the points' log-likelihood and weighted sums.
  mutating func add(_ points: [Double], from start: Int, rows: Int, to sums: inout MixtureSums) {
    for k in parameters.components.indices { logDensities(points, start, rows, k) }
    sums.logLikelihood += normalise(rows)
    for k in parameters.components.indices where parameters.weights[k] > 0 {
      if isDiagonal {
        addDiagonal(points, start, rows, k, to: &sums)
      } else {
        addFull(points, start, rows, k, to: &sums)
      }
    }
  }

  private mutating func centre(_ points: [Double], _ start: Int, _ rows: Int, _ k: Int) {
    let d = parameters.dimension
    points.withUnsafeBufferPointer { x in
      parameters.components[k].mean.withUnsafeBufferPointer { mean in
        centred.withUnsafeMutableBufferPointer { centred in
          for row in 0..<rows {
            for column in 0..<d {
              centred[row * d + column] = x[(start + row) * d + column] - mean[column]
            }
          }
        }
      }
    }
  }

  private mutating func logDensities(_ points: [Double], _ start: Int, _ rows: Int, _ k: Int) {
    let d = parameters.dimension
    let factor = parameters.components[k].factor
    centre(points, start, rows, k)
    if factor.isDiagonal {
      let inverse = (0..<d).map { 1 / factor.values[$0 * d + $0] }
      centred.withUnsafeMutableBufferPointer { y in
        for row in 0..<rows {
          for column in 0..<d { y[row * d + column] *= inverse[column] }
        }
      }
    } else {
      solveLowerTriangularRows(factor.values, &centred, rows: rows, dimension: d)
    }
    centred.withUnsafeBufferPointer { y in
      guard let y = y.baseAddress else { return }
      for row in 0..<rows {
        terms[k * MixtureBlock.rows + row] =
          constants[k] - 0.5 * laneDot(y + row * d, y + row * d, count: d)
      }
    }
  }

  /// Turns the log densities into responsibilities; returns the block's log-likelihood.
  private mutating func normalise(_ rows: Int) -> Double {
    let components = parameters.components.count
    let stride = MixtureBlock.rows
    var likelihood = 0.0
    terms.withUnsafeMutableBufferPointer { terms in
      for row in 0..<rows {
        var top = -Double.infinity
        for k in 0..<components { top = max(top, terms[k * stride + row]) }
        var sum = 0.0
        for k in 0..<components {
          let term = exp(terms[k * stride + row] - top)
          terms[k * stride + row] = term
          sum += term
        }
        for k in 0..<components { terms[k * stride + row] /= sum }
        likelihood += top + log(sum)
      }
    }
    return likelihood
  }

  private mutating func addDiagonal(
    _ points: [Double], _ start: Int, _ rows: Int, _ k: Int, to sums: inout MixtureSums
  ) {
    let d = parameters.dimension
    centre(points, start, rows, k)
    var mass = 0.0
    sums.first.withUnsafeMutableBufferPointer { first in
      sums.second.withUnsafeMutableBufferPointer { second in
        centred.withUnsafeBufferPointer { centred in
          for row in 0..<rows {
            let r = terms[k * MixtureBlock.rows + row]
            mass += r
            for column in 0..<d {
              let gap = centred[row * d + column]
              first[k * d + column] += r * gap
              second[k * d + column] += r * gap * gap
            }
          }
        }
      }
    }
    sums.mass[k] += mass
  }

  private mutating func addFull(
    _ points: [Double], _ start: Int, _ rows: Int, _ k: Int, to sums: inout MixtureSums
  ) {
    let d = parameters.dimension
    centre(points, start, rows, k)
    var mass = 0.0
    sums.first.withUnsafeMutableBufferPointer { first in
      centred.withUnsafeMutableBufferPointer { centred in
        for row in 0..<rows {
          let r = terms[k * MixtureBlock.rows + row]
          let root = r.squareRoot()
          mass += r
          for column in 0..<d {
            let gap = centred[row * d + column]
            first[k * d + column] += r * gap
            centred[row * d + column] = root * gap
          }
        }
      }
    }
    sums.mass[k] += mass
    accumulateColumnProducts(centred, rows: rows, columns: d, into: &product)
    symmetrise(&product, d)
    sums.second.withUnsafeMutableBufferPointer { second in
      for index in 0..<d * d { second[k * d * d + index] += product[index] }
    }
  }
}
