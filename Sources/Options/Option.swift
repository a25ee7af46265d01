/// A typed handle to one declared option: `values[bandwidth]` is a `Double`, not a look-up by text.
public struct Option<Value: Sendable>: Sendable {
  public let spec: OptionSpec
  let read: @Sendable (OptionValue) -> Value?

  init(spec: OptionSpec, read: @escaping @Sendable (OptionValue) -> Value?) {
    self.spec = spec
    self.read = read
  }
}

extension Option where Value == Int {
  /// An integer option.
  public static func integer(
    _ name: String, in range: ClosedRange<Int> = .min ... .max, unit: String? = nil,
    default value: Int?, help: String
  ) -> Option {
    Option(
      spec: OptionSpec(
        name, .integer(range), unit: unit, default: value.map { .integer($0) }, help: help)
    ) { if case .integer(let integer) = $0 { integer } else { nil } }
  }
}

extension Option where Value == Double {
  /// A real-valued option.
  public static func real(
    _ name: String, in range: RealRange = .any, unit: String? = nil, default value: Double?,
    help: String
  ) -> Option {
    Option(
      spec: OptionSpec(name, .real(range), unit: unit, default: value.map { .real($0) }, help: help)
    ) { if case .real(let real) = $0 { real } else { nil } }
  }
}

extension Option where Value == Bool {
  /// A true-or-false option.
  public static func flag(_ name: String, default value: Bool?, help: String) -> Option {
    Option(spec: OptionSpec(name, .flag, default: value.map { .flag($0) }, help: help)) {
      if case .flag(let flag) = $0 { flag } else { nil }
    }
  }
}

extension Option where Value == String {
  /// One of a fixed set of names.
  public static func choice(
    _ name: String, _ names: [String], default value: String?, help: String
  ) -> Option {
    Option(
      spec: OptionSpec(name, .choice(names), default: value.map { .text($0) }, help: help)
    ) { if case .text(let text) = $0 { text } else { nil } }
  }

  /// A file or directory of the user's.
  public static func path(_ name: String, default value: String?, help: String) -> Option {
    Option(spec: OptionSpec(name, .path, default: value.map { .text($0) }, help: help)) {
      if case .text(let text) = $0 { text } else { nil }
    }
  }
}

extension Option where Value == OptionValue {
  /// An option with several possible types; the caller switches over the resolved value.
  public static func any(
    _ name: String, _ kind: OptionKind, unit: String? = nil, default value: OptionValue?,
    help: String
  ) -> Option {
    Option(spec: OptionSpec(name, kind, unit: unit, default: value, help: help)) { $0 }
  }
}
