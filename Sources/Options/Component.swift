/// What a registry entry says about itself; `list`, the schema, the help and the documentation show it.
public struct Component: Sendable, Hashable {
  /// The name in study files, e.g. `gaussian-mixture`.
  public let name: String
  /// One sentence: what it is.
  public let summary: String
  /// Where it comes from, e.g. `Shumailov et al. 2024`; empty where it is common knowledge.
  public let source: String
  public let options: [OptionSpec]

  public init(name: String, summary: String, source: String = "", options: [OptionSpec] = []) {
    self.name = name
    self.summary = summary
    self.source = source
    self.options = options
  }
}

/// A component that cannot work with what it was given; the study file or the data must change.
public struct ComponentError: Error, Sendable, CustomStringConvertible {
  public let component: String
  public let message: String
  public init(_ component: String, _ message: String) {
    self.component = component
    self.message = message
  }
  public var description: String { "\(component): \(message)" }
}
