/// The exact expectation of a recorded quantity over the generations of a cell.
public struct ClosedFormCurve: Sendable, Equatable {
  /// `family.quantity`.
  public let metric: String
  /// One value a generation.
  public let values: [Double]
  /// The formula, n being the number of fits, and where it is from.
  public let source: String
}
