import Options
import Samples

/// What the metrics on nearest neighbours share.
enum NeighbourOptions {
  static let samples = FeatureOptions.samples(default: 2000)
  static let neighbours = Option<Int>.integer(
    "neighbours", in: 1...1000, default: 5,
    help: "A ball reaches to the nearest neighbour of this number in its own set.")

  static let specs = FeatureOptions.specs + [samples.spec, neighbours.spec]
}

extension FeatureComparison.Part {
  /// The squared radii of the balls of this part's points, kept for other metrics.
  ///
  /// - Throws: `Interrupted`.
  func radii(width: Int, neighbours: Int) throws -> [Double] {
    try derived("squared radii \(neighbours)") {
      try squaredNeighbourRadii(
        values, dimension: width, neighbours: neighbours, check: Interruption.check)
    }
  }
}
