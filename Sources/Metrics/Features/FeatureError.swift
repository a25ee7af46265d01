/// Why there are no features.
public enum FeatureError: Error, Sendable, CustomStringConvertible {
  /// The training of the classifier left the finite numbers.
  case diverged(loss: Float)
  /// Kept weights are not those that were saved.
  case corrupted(name: String, reason: String)

  public var description: String {
    switch self {
    case .diverged(let loss): "the classifier of the features diverged: its loss is \(loss)"
    case .corrupted(let name, let reason): "\(name): \(reason)"
    }
  }
}
