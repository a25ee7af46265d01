/// The resolved options of one component: every declared option has a value that fits its kind.
public struct OptionValues: Sendable, Hashable {
  public let values: [String: OptionValue]

  /// Takes values that are known to fit, e.g. from a frozen plan.
  public init(resolved values: [String: OptionValue]) { self.values = values }

  /// Fills in defaults and checks each value against its declaration.
  ///
  /// - Throws: `OptionError` for an unknown name, a missing mandatory option or a value that does
  ///   not fit; the first in the order of `specs`, unknown names first.
  public init(_ given: [String: OptionValue], specs: [OptionSpec]) throws(OptionError) {
    for name in given.keys.sorted() where !specs.contains(where: { $0.name == name }) {
      throw OptionError.unknown(name: name, valid: specs.map(\.name))
    }
    var values: [String: OptionValue] = [:]
    for spec in specs {
      guard let value = given[spec.name] else {
        guard let standard = spec.defaultValue else { throw OptionError.missing(spec) }
        values[spec.name] = standard
        continue
      }
      switch spec.kind.resolve(value) {
      case .success(let resolved): values[spec.name] = resolved
      case .failure(let mismatch): throw OptionError.mismatch(spec, mismatch)
      }
    }
    self.values = values
  }

  /// The value of a declared option.
  ///
  /// Traps when the option was not declared by the component these values were resolved for: that is
  /// a programming mistake, not a user's.
  public subscript<Value>(_ option: Option<Value>) -> Value {
    guard let value = values[option.spec.name], let typed = option.read(value) else {
      preconditionFailure("option '\(option.spec.name)' is read but not declared or of another type")
    }
    return typed
  }
}

/// A mistake in the options given to a component.
public enum OptionError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknown(name: String, valid: [String])
  case missing(OptionSpec)
  case mismatch(OptionSpec, OptionMismatch)

  public var description: String {
    switch self {
    case .unknown(let name, let valid):
      let near = nearest(to: name, in: valid)
      let hint = near.isEmpty ? "" : "; did you mean '\(near[0])'?"
      return "unknown option '\(name)'\(hint) (valid: \(valid.joined(separator: ", ")))"
    case .missing(let spec):
      return "option '\(spec.name)' is missing: expected \(spec.kind.description)"
    case .mismatch(let spec, let mismatch):
      let hint = mismatch.suggestions.first.map { "; did you mean '\($0)'?" } ?? ""
      return "option '\(spec.name)': expected \(mismatch.expected), found \(mismatch.found)\(hint)"
    }
  }
}
