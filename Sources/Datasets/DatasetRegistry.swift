import Options

/// The data sets of study files, in the order of `list datasets`. Adding one is a file and a line
/// here.
public enum DatasetRegistry {
  public static let all: [any Dataset.Type] = [
    Gaussian.self,
    Categorical.self,
    GaussianBlob.self,
    GaussianRing.self,
    GaussianGrid.self,
    TwoMoons.self,
    Circles.self,
    SwissRoll.self,
    Rosenbrock.self,
    LinearRegression.self,
    Tokens.self,
    Text.self,
    FashionMNIST.self,
    MNIST.self,
    Digits.self,
    NPYDataset.self,
    SafetensorsDataset.self,
    ImageFolder.self,
  ]

  /// The data set of a name; `nil` where there is none.
  public static func named(_ name: String) -> (any Dataset.Type)? {
    all.first { $0.component.name == name }
  }
}
