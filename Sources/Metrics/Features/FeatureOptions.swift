import Options
import Samples

/// What samples are compared by.
public enum FeatureKind: Sendable, Hashable {
  /// The samples as they are.
  case pixels
  /// The first principal components of the real data.
  case principalComponents(count: Int)
  /// The last hidden layer of a classifier trained on the labelled real data.
  case lenet
  /// The last hidden layer of a pretrained classifier of digits, from this file.
  case digits(weights: String)
}

/// Options that all metrics on features share.
enum FeatureOptions {
  static let features = Option<String>.choice(
    "features", ["auto", "pixels", "principal-components", "lenet", "digits"], default: "auto",
    help: "What samples are compared by: their numbers, principal components of the real data, a "
      + "classifier trained on the labelled real data, or a pretrained one of digits; auto takes "
      + "lenet for labelled images, pixels otherwise.")
  static let components = Option<Int>.integer(
    "components", in: 1...1_000_000, default: 64,
    help: "Number of principal components with features: principal-components.")
  static let weights = Option<OptionValue>.any(
    "weights", .either(.choice(["none"]), .path), default: .text("none"),
    help: "With features: digits, the safetensors file of the pretrained network, which takes values "
      + "in [0, 1].")

  static let specs = [features.spec, components.spec, weights.spec]

  /// Most samples of each side of a metric.
  static func samples(default count: Int) -> Option<Int> {
    .integer(
      "samples", in: 2...100_000_000, unit: "samples", default: count,
      help: "Most samples of each side, chosen at random.")
  }

  /// The features that the options ask for.
  ///
  /// - Throws: `ComponentError` when they do not go together or the space has none; whatever
  ///   reading the real data throws.
  static func kind(
    _ options: OptionValues, space: SampleSpace, store: FeatureStore, metric: String
  ) throws -> FeatureKind {
    switch space {
    case .vectors, .images: break
    default: throw unsupported(metric, space, needs: "vectors or images")
    }
    switch options[features] {
    case "pixels": return .pixels
    case "principal-components": return .principalComponents(count: options[components])
    case "lenet": return .lenet
    case "digits":
      guard case .text(let path) = options[weights], path != "none" else {
        throw ComponentError(
          metric, "'features: digits' needs the network's file: give 'weights'")
      }
      return .digits(weights: path)
    default:
      guard let image = ImageShape(space), LeNet.fits(image) else { return .pixels }
      return try store.realClasses() > 1 ? .lenet : .pixels
    }
  }
}
