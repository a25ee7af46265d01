import Options

/// The correctors of study files, in the order of `list correctors`. Adding one is a file and a line here.
public enum CorrectorRegistry {
  public static let all: [any Corrector.Type] = [
    NoCorrection.self, IdealCorrection.self, HistogramCorrection.self,
  ]

  /// The Corrector of a name; `nil` where there is none.
  public static func named(_ name: String) -> (any Corrector.Type)? {
    all.first { $0.component.name == name }
  }
}
