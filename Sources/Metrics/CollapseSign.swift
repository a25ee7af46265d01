/// A quantity that is known to go one way when a model collapses.
public struct CollapseSign: Sendable, Hashable {
  public enum Way: Sendable, Hashable {
    case rises, falls
  }

  /// What the quantity is a measure of.
  public enum Aspect: Sendable, Hashable, CaseIterable {
    /// The distance of the model from the real law.
    case risk
    /// The spread of what the model makes.
    case variance
    /// How much of the rare real data the model still makes.
    case tails
    /// How many kinds of real data the model still makes.
    case modes
    /// How much of what the model makes is like real data.
    case fidelity
  }

  public let quantity: String
  public let way: Way
  public let aspect: Aspect

  public init(_ quantity: String, _ way: Way, tells aspect: Aspect) {
    self.quantity = quantity
    self.way = way
    self.aspect = aspect
  }
}
