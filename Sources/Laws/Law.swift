import Samples

/// A categorical law over 0..<probabilities.count.
public struct CategoricalLaw: Sendable {
  public let probabilities: [Double]
  public init(probabilities: [Double]) { self.probabilities = probabilities }
}

/// A kernel density estimate with a Gaussian kernel: the mean of N(x_i, h²I) over the points.
public struct KernelDensityLaw: Sendable {
  public let dimension: Int
  /// [points×dimension]
  public let points: [Double]
  /// The kernel's standard deviation in the units of the data, the same in every direction.
  public let bandwidth: Double
  public init(dimension: Int, points: [Double], bandwidth: Double) {
    self.dimension = dimension
    self.points = points
    self.bandwidth = bandwidth
  }
  public var count: Int { points.count / dimension }
}

/// y = xᵀw + N(0, noiseVariance), x ~ N(0, I).
public struct RegressionLaw: Sendable {
  /// w, [dimension]
  public let coefficients: [Double]
  public let noiseVariance: Double
  public init(coefficients: [Double], noiseVariance: Double) {
    self.coefficients = coefficients
    self.noiseVariance = noiseVariance
  }
}

/// A token law per context.
public struct TokenLaw: Sendable {
  public let contexts: Int
  public let vocabulary: Int
  /// [contexts], sums to 1
  public let contextProbabilities: [Double]
  /// [contexts×vocabulary], each row sums to 1
  public let tokenProbabilities: [Double]
  public init(
    contexts: Int, vocabulary: Int, contextProbabilities: [Double], tokenProbabilities: [Double]
  ) {
    self.contexts = contexts
    self.vocabulary = vocabulary
    self.contextProbabilities = contextProbabilities
    self.tokenProbabilities = tokenProbabilities
  }
}

/// A law in closed form: what a synthetic data set draws from, or what a statistical model has fitted.
/// Metrics compare a model's law with the data's.
public enum Law: Sendable {
  case gaussian(GaussianLaw)
  case mixture(MixtureLaw)
  case categorical(CategoricalLaw)
  case kernelDensity(KernelDensityLaw)
  case regression(RegressionLaw)
  case tokens(TokenLaw)
}
