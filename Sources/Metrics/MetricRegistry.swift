import Options

/// The metrics of study files, in the order of `list metrics`. Adding one is a file and a line here.
public enum MetricRegistry {
  public static let all: [any Metric.Type] = []

  /// The metric of a name; `nil` where there is none.
  public static func named(_ name: String) -> (any Metric.Type)? {
    all.first { $0.component.name == name }
  }
}
