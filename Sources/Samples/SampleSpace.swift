/// What one sample is.
public enum SampleSpace: Sendable, Hashable {
  /// One of `count` categories; stored as an index.
  case categories(count: Int)
  /// A real vector.
  case vectors(dimension: Int)
  /// An image, channels first, values as the data set gives them.
  case images(channels: Int, height: Int, width: Int)
  /// A regression pair: `dimension` inputs followed by one response.
  case regression(dimension: Int)
  /// A token seen after a context: two indices, context first.
  case tokens(contexts: Int, vocabulary: Int)

  /// Numbers stored for one sample.
  public var width: Int {
    switch self {
    case .categories: 1
    case .vectors(let dimension): dimension
    case .images(let channels, let height, let width): channels * height * width
    case .regression(let dimension): dimension + 1
    case .tokens: 2
    }
  }

  /// Whether samples are stored as indices rather than real numbers.
  public var isDiscrete: Bool {
    switch self {
    case .categories, .tokens: true
    case .vectors, .images, .regression: false
    }
  }

  /// The space in words, for messages.
  public var description: String {
    switch self {
    case .categories(let count): "\(count) categories"
    case .vectors(let dimension): "vectors of dimension \(dimension)"
    case .images(let channels, let height, let width): "images \(channels)×\(height)×\(width)"
    case .regression(let dimension): "regression pairs with \(dimension) inputs"
    case .tokens(let contexts, let vocabulary):
      "tokens from a vocabulary of \(vocabulary) in \(contexts) contexts"
    }
  }
}
