import Foundation
import Laws

/// Values made by `Tests/Golden/generate_metrics.py` from SciPy, scikit-learn and POT.
struct Golden: Decodable {
  struct OneDimensional: Decodable {
    let a, b: [Double]
    let w1, w2_squared, w3_cubed, energy_distance: Double
  }
  struct IndexLine: Decodable {
    let p, q: [Double]
    let w1, w2_squared: Double
  }
  struct Bures: Decodable {
    let dimension: Int
    let mean_a, mean_b, covariance_a, covariance_b: [Double]
    let w2_squared, pot_w2, kl: Double
    var a: GaussianLaw { GaussianLaw(mean: mean_a, covariance: covariance_a) }
    var b: GaussianLaw { GaussianLaw(mean: mean_b, covariance: covariance_b) }
  }
  struct Assignment: Decodable {
    let rows, columns: Int
    let costs: [Double]
    let cost: Double
    let columns_of_rows: [Int]
    let unique: Bool
  }
  struct Transport: Decodable {
    let n, m: Int
    let costs, supply, demand: [Double]
    let cost: Double
  }
  struct Points: Decodable {
    let dimension: Int
    let x, y, directions, mean, covariance: [Double]
    let w1, w2_squared, sliced_w1, sliced_w2_squared, bandwidth, mmd_squared: Double
    let energy_mmd_squared, energy_distance, median_distance: Double
  }
  struct Categorical: Decodable {
    let p, q: [Double]
    let entropy, kl, l1, l2_squared: Double
  }
  struct KernelDensity: Decodable {
    let dimension: Int
    let bandwidth: Double
    let points, queries, log_density, covariance: [Double]
  }
  struct Mixture: Decodable {
    struct Parameters: Decodable {
      let weights, means, covariances: [Double]
      var law: MixtureLaw {
        MixtureLaw(
          weights: weights,
          components: weights.indices.map {
            GaussianLaw(
              mean: Array(means[2 * $0..<2 * $0 + 2]),
              covariance: Array(covariances[4 * $0..<4 * $0 + 4]))
          })
      }
    }
    let f, g: Parameters
    let l2_squared, l2_squared_on_grid: Double
    let queries, log_density: [Double]
  }
  struct Distributions: Decodable {
    let z, normal_cumulative, chi_x, chi_cumulative, sizes, deficit: [Double]
    let chi_freedom: [Int]
  }

  let one_dimensional: [OneDimensional]
  let index_line: [IndexLine]
  let bures: [Bures]
  let assignment: [Assignment]
  let transport: [Transport]
  let points: [Points]
  let categorical: [Categorical]
  let kernel_density: [KernelDensity]
  let mixture: Mixture
  let distributions: Distributions

  static func load() throws -> Golden {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Golden/metrics.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}
