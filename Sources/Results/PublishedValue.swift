/// A number that a publication reports for a quantity of a cell.
public struct PublishedValue: Sendable, Hashable {
  /// `family.quantity`.
  public let metric: String
  public let generation: Int
  public let value: Double
  /// The range that the publication gives; NaN where it gives none.
  public let low: Double
  public let high: Double
  public let source: String

  public init(
    metric: String, generation: Int, value: Double, low: Double, high: Double, source: String
  ) {
    self.metric = metric
    self.generation = generation
    self.value = value
    self.low = low
    self.high = high
    self.source = source
  }
}
