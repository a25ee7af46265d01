import Samples

/// How often each category, or each pair of context and token, was seen.
public struct CountStatistics: SufficientStatistics, Hashable {
  /// [categories], or [contexts×vocabulary] row-major.
  public private(set) var counts: [Int]

  public init(counts: [Int]) { self.counts = counts }

  /// The counts of a discrete set.
  public init(of samples: SampleSet) {
    switch samples.space {
    case .categories(let categories):
      counts = [Int](repeating: 0, count: categories)
      for index in samples.indices {
        precondition(index >= 0 && index < categories, "category \(index) of \(categories)")
        counts[Int(index)] += 1
      }
    case .tokens(let contexts, let vocabulary):
      counts = [Int](repeating: 0, count: contexts * vocabulary)
      for row in 0..<samples.count {
        let context = Int(samples.indices[2 * row])
        let token = Int(samples.indices[2 * row + 1])
        precondition(context >= 0 && context < contexts, "context \(context) of \(contexts)")
        precondition(token >= 0 && token < vocabulary, "token \(token) of \(vocabulary)")
        counts[context * vocabulary + token] += 1
      }
    case .vectors, .images, .regression:
      preconditionFailure("\(samples.space.description) are not counted")
    }
  }

  /// The number of samples.
  public var total: Int { counts.reduce(0, +) }

  public mutating func merge(_ other: CountStatistics) {
    precondition(other.counts.count == counts.count, "\(other.counts.count) beside \(counts.count)")
    for index in counts.indices { counts[index] += other.counts[index] }
  }
}
