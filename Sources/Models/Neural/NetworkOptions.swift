import Engine
import Networks
import Options
import Samples

/// Options that neural models share.
enum NetworkOptions {
  static let networks = Option.choice(
    "networks", ["auto", "mlp", "convolutional"], default: "auto",
    help: "What the networks are made of; auto: convolutional for images whose sides divide by 4.")
  static let classes = Option.integer(
    "classes", in: 0...100_000, default: 0,
    help: "Number of classes that the model is told (labels of the data); 0 for none.")

  /// Whether the networks are convolutional.
  ///
  /// - Throws: `ComponentError` for samples that are no real vectors, and for convolutions of images
  ///   whose sides do not divide by 4.
  static func isConvolutional(
    _ options: OptionValues, _ space: SampleSpace, component: String
  ) throws -> Bool {
    let wanted = options[networks]
    switch space {
    case .vectors:
      guard wanted != "convolutional" else {
        throw ComponentError(component, "convolutional networks need images, not \(space.description)")
      }
      return false
    case .images(_, let height, let width):
      let fits = height % 4 == 0 && width % 4 == 0
      guard fits || wanted != "convolutional" else {
        throw ComponentError(
          component, "convolutional networks need sides that divide by 4, not \(space.description)")
      }
      return wanted == "convolutional" || wanted == "auto" && fits
    default:
      throw ComponentError(component, "models vectors and images, not \(space.description)")
    }
  }

  /// [h, w, channels] of the samples of a convolutional network.
  static func imageShape(_ space: SampleSpace) -> [Int] {
    guard case .images(let channels, let height, let width) = space else { return [space.width] }
    return [height, width, channels]
  }
}

/// How long a fit is: one of three options, or the model's own default where none is given; and the most
/// time that it may take.
package struct FitLength: Sendable {
  static let steps = Option.integer(
    "steps", in: 0...1_000_000_000, unit: "steps", default: 0,
    help: "Length of a fit in steps (of the generator); 0: given otherwise, or the model's default.")
  static let epochs = Option.integer(
    "epochs", in: 0...1_000_000, unit: "epochs", default: 0,
    help: "Length of a fit as passes over its training set; 0: given otherwise, or the default.")
  static let budget = Option.integer(
    "budget", in: 0...1_000_000_000_000, unit: "samples", default: 0,
    help: "Length of a fit as the number of training samples that it sees, whatever the size of its "
      + "training set; 0: given otherwise, or the default.")

  /// Refused in a study that is to be the same everywhere; see `resources.reproducible`.
  package static let mostSeconds = Option.real(
    "most_seconds", in: .nonNegative, unit: "seconds", default: 0,
    help: "Ends a fit after this time where it is not over before; 0: never. Needs resources: "
      + "{reproducible: false}, since machines differ.")

  enum Length: Sendable {
    case steps(Int)
    case epochs(Int)
    case samples(Int)
  }

  let length: Length
  /// Nil for a fit that takes the time it needs.
  let mostSeconds: Double?

  /// - Throws: `ComponentError` when more than one is given.
  init(options: OptionValues, default standard: Length, component: String) throws {
    let (steps, epochs) = (options[Self.steps], options[Self.epochs])
    let samples = options[Self.budget]
    mostSeconds = options[Self.mostSeconds] > 0 ? options[Self.mostSeconds] : nil
    switch (steps > 0, epochs > 0, samples > 0) {
    case (false, false, false): length = standard
    case (true, false, false): length = .steps(steps)
    case (false, true, false): length = .epochs(epochs)
    case (false, false, true): length = .samples(samples)
    default: throw ComponentError(component, "give one of steps, epochs and budget")
    }
  }

  /// Steps of a fit to `count` samples that sees `samplesPerStep` of them in a step; at least one.
  func steps(count: Int, samplesPerStep: Int) -> Int {
    func rounded(_ seen: Int) -> Int { max(1, (seen + samplesPerStep - 1) / samplesPerStep) }
    return switch length {
    case .steps(let steps): steps
    case .epochs(let epochs): rounded(epochs * count)
    case .samples(let samples): rounded(samples)
    }
  }
}
