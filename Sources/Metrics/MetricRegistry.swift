import Options

/// The metrics of study files, in the order of `list metrics`. Adding one is a file and a line here.
public enum MetricRegistry {
  public static let all: [any Metric.Type] = [
    MomentsMetric.self,
    WassersteinMetric.self,
    DiscrepancyMetric.self,
    DivergenceMetric.self,
    DiscreteMetric.self,
    TailMetric.self,
    ModeCoverageMetric.self,
    MixtureDistanceMetric.self,
    LikelihoodMetric.self,
    RegressionMetric.self,
    CollapseFlagsMetric.self,
    EffectiveSampleSizeMetric.self,
    FrechetMetric.self,
    KernelDistanceMetric.self,
    PrecisionRecallMetric.self,
    DensityCoverageMetric.self,
    ClassesMetric.self,
    NearestRealMetric.self,
  ]

  /// The metric of a name; `nil` where there is none.
  public static func named(_ name: String) -> (any Metric.Type)? {
    all.first { $0.component.name == name }
  }

  /// The quantities of a metric that tell collapse, by their full names `family.quantity`.
  public static func collapseSigns(of name: String) -> [CollapseSign] {
    let family = String(name.map { $0 == "-" ? "_" : $0 })
    return (named(name)?.worsening ?? []).map {
      CollapseSign(family + "." + $0.quantity, $0.way, tells: $0.aspect)
    }
  }
}
