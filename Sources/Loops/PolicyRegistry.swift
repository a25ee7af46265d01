import Options

/// The policies of study files, in the order of `list policies`. Adding one is a file and a line here.
public enum PolicyRegistry {
  public static let all: [any Policy.Type] = [
    Replace.self, Accumulate.self, AccumulateSubsample.self, GrowingReplace.self, Augment.self,
    Fresh.self, Mixture.self, Memory.self,
  ]

  /// The Policy of a name; `nil` where there is none.
  public static func named(_ name: String) -> (any Policy.Type)? {
    all.first { $0.component.name == name }
  }
}
