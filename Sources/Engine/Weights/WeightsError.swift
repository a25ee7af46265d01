/// Weights that do not belong to a model: everything that is wrong, at once.
public struct WeightsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A tensor whose shape is not that of its variable.
  public struct Misshapen: Sendable, Hashable {
    public var name: String
    /// The variable's, as it lies in a file.
    public var expected: [Int]
    /// The tensor's.
    public var found: [Int]
  }

  public var path: String
  /// Variables that the file does not have.
  public var missing: [String] = []
  /// Tensors that the model does not have.
  public var extra: [String] = []
  public var misshapen: [Misshapen] = []
  /// Tensors whose elements cannot be weights, with their types.
  public var unreadable: [String] = []
  /// Names that two variables have.
  public var repeated: [String] = []

  var isEmpty: Bool {
    missing.isEmpty && extra.isEmpty && misshapen.isEmpty && unreadable.isEmpty && repeated.isEmpty
  }

  public var description: String {
    func list(_ title: String, _ names: [String]) -> [String] {
      names.isEmpty ? [] : ["\(title): \(names.map { String($0.prefix(200)) }.joined(separator: ", "))"]
    }
    let parts =
      list("missing", missing) + list("unknown", extra)
      + list(
        "other shapes",
        misshapen.map { "\($0.name.prefix(200)) \($0.found), expected \($0.expected)" })
      + list("other types", unreadable) + list("variables of the same name", repeated)
    return "\(path): " + parts.joined(separator: "; ")
  }
}
