import Laws
import Options
import Samples

extension GenerativeModel {
  /// The statistics to fit to: the given ones, or those of the parts merged in order.
  ///
  /// - Throws: `FitError.degenerate` when the training set holds neither.
  func statistics(of training: TrainingSet<Statistics>) throws(FitError) -> Statistics {
    if let statistics = training.statistics { return statistics }
    var merged: Statistics?
    for part in training.parts {
      guard let summary = summarize(part) else { continue }
      if merged == nil { merged = summary } else { merged?.merge(summary) }
    }
    guard let merged else { throw .degenerate("the training set is empty") }
    return merged
  }

  /// What to say of a law that a model cannot take in when the statistical error is off.
  static func cannotFit(_ law: Law) -> FitError {
    .needsSamples("\(component.name) given \(law.family)")
  }
}

extension Law {
  /// The family in words, for messages.
  var family: String {
    switch self {
    case .gaussian: "a Gaussian law"
    case .mixture: "a Gaussian mixture"
    case .categorical: "a categorical law"
    case .kernelDensity: "a kernel density"
    case .regression: "a regression law"
    case .tokens: "a token law"
    }
  }
}
