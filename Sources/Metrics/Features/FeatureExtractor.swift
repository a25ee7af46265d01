import Samples

/// Turns samples into the numbers that sets of images are compared by.
public protocol FeatureExtractor: Sendable {
  /// Features of a sample.
  var width: Int { get }
  /// The features [count×width], row-major. A sample with a number that is not finite has features
  /// that are not finite.
  ///
  /// - Throws: `Interrupted`.
  func features(of samples: SampleSet) throws -> [Double]
}

/// An extractor whose features lead to a class.
public protocol FeatureClassifier: FeatureExtractor {
  /// The labels, ascending.
  var classes: [Int32] { get }
  /// The most probable class of each row of finite features [count×width], as its place in
  /// `classes`; the first of equals.
  func predictions(of features: [Double]) -> [Int]
}

/// The samples as they are.
public struct PixelFeatures: FeatureExtractor {
  public let width: Int

  public init(_ space: SampleSpace) { width = space.width }

  public func features(of samples: SampleSet) -> [Double] { samples.reals }
}
