import Options
import Samples

/// How samples spread over the classes that the classifier behind the features predicts.
///
/// - `entropy`: of the predicted shares, in nats; ln(classes) where they are equal.
/// - `total_variation`: from the shares that the same classifier predicts for held-out real data.
/// - `classes`: predicted at least once.
/// - `smallest_share`: of the rarest class.
/// - `within_class_variance`: the mean, over predicted classes, of the trace of the features'
///   covariance; NaN where no class has two samples.
public struct ClassesMetric: Metric {
  static let samples = FeatureOptions.samples(default: 10_000)

  public static let component = Component(
    name: "classes", summary: "Predicted classes of the samples and the variance within them.",
    options: FeatureOptions.specs + [samples.spec])

  public static var worsening: [CollapseSign] {
    [CollapseSign("entropy", .falls, tells: .modes)]
  }

  private let features: FeatureComparison
  private let classifier: any FeatureClassifier
  private let limit: Int
  private let real: ClassShares
  public let quantities = [
    "entropy", "total_variation", "classes", "smallest_share", "within_class_variance",
  ]
  public var needsSamples: Bool { true }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    features = try FeatureComparison(options, reference, metric: name)
    guard let classifier = features.extractor as? any FeatureClassifier else {
      throw ComponentError(
        name, "needs a classifier: labelled images, or 'features: digits' with 'weights'")
    }
    self.classifier = classifier
    limit = options[Self.samples]
    let part = try features.real(try reference.comparison, limit: limit)
    real = part.derived("class shares") { ClassShares(part, classifier) }
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    guard let part = try features.model(subject, limit: limit, minimum: 1) else {
      return quantities.map { _ in .nan }
    }
    let shares = ClassShares(part, classifier)
    return [
      shares.entropy, shares.totalVariation(to: real), Double(shares.present), shares.smallest,
      shares.meanVariance,
    ]
  }
}

extension ClassShares {
  fileprivate init(_ part: FeatureComparison.Part, _ classifier: any FeatureClassifier) {
    self.init(
      part.values, width: classifier.width, predictions: classifier.predictions(of: part.values),
      classes: classifier.classes.count)
  }
}
