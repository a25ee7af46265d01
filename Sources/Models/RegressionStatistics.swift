import Engine
import Samples

/// The second moments of regression pairs: all a least-squares fit needs.
public struct RegressionStatistics: SufficientStatistics {
  /// Inputs of a pair.
  public let dimension: Int
  public private(set) var count: Int
  /// [X y]ᵀ[X y], [(dimension+1)×(dimension+1)], symmetric: XᵀX, Xᵀy in the last column, yᵀy in the
  /// corner.
  public private(set) var products: [Double]

  /// - Parameter rows: [count×(dimension+1)], inputs followed by the response.
  public init(rows: [Double], count: Int, dimension: Int) {
    let width = dimension + 1
    precondition(rows.count == count * width, "\(rows.count) numbers for \(count)×\(width)")
    self.dimension = dimension
    self.count = count
    var products = [Double](repeating: 0, count: width * width)
    accumulateColumnProducts(rows, rows: count, columns: width, into: &products)
    symmetrise(&products, width)
    self.products = products
  }

  public mutating func merge(_ other: RegressionStatistics) {
    precondition(other.dimension == dimension, "\(other.dimension) beside \(dimension)")
    count += other.count
    for index in products.indices { products[index] += other.products[index] }
  }
}
