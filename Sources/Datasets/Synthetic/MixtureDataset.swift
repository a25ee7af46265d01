import Laws
import Randomness
import Samples

/// A drawn data set that is a mixture of Gaussians; the labels are the components.
public protocol MixtureDataset: DrawnDataset {
  var mixture: MixtureLaw { get }
}

extension MixtureDataset {
  public var space: SampleSpace { .vectors(dimension: mixture.dimension) }

  public var law: Law? { .mixture(mixture) }

  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    let (values, components) = mixture.sample(count, stream: &stream)
    return SampleSet(
      space: space, reals: values, labels: components,
      provenance: Provenance(origin, count: count))
  }
}

extension MixtureLaw {
  /// Equal weights and one spherical Gaussian around each centre.
  init(centres: [[Double]], standardDeviation: Double) {
    let dimension = centres[0].count
    var covariance = [Double](repeating: 0, count: dimension * dimension)
    for index in 0..<dimension {
      covariance[index * dimension + index] = standardDeviation * standardDeviation
    }
    self.init(
      weights: [Double](repeating: 1 / Double(centres.count), count: centres.count),
      components: centres.map { GaussianLaw(mean: $0, covariance: covariance) })
  }
}
