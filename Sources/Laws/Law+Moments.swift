extension Law {
  /// The law's exact mean and covariance, for laws of real vectors; `nil` for the others.
  public var moments: GaussianLaw? {
    switch self {
    case .gaussian(let law): law
    case .mixture(let law): law.moments
    case .kernelDensity(let law): law.moments
    case .categorical, .regression, .tokens: nil
    }
  }

  /// What kind of law this is, for messages.
  public var kindName: String {
    switch self {
    case .gaussian: "a Gaussian"
    case .mixture: "a Gaussian mixture"
    case .kernelDensity: "a kernel density estimate"
    case .categorical: "a categorical law"
    case .regression: "a regression"
    case .tokens: "a token law"
    }
  }
}
