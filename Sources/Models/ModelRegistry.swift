import Options

/// The models of study files, in the order of `list models`. Adding one is a file and a line here.
public enum ModelRegistry {
  public static let all: [any GenerativeModel.Type] = [
    Gaussian.self,
    GaussianMixture.self,
    Categorical.self,
    KernelDensity.self,
    LinearRegression.self,
    CountSoftmax.self,
    VariationalAutoencoder.self,
    WassersteinGAN.self,
  ]

  /// The model of a name; `nil` where there is none.
  public static func named(_ name: String) -> (any GenerativeModel.Type)? {
    all.first { $0.component.name == name }
  }
}
