import TestSupport

/// Every graph that the suites run over.
enum GraphCases {
  static let all: [GraphCase] =
    elementwise + shaping + reductions + products + convolutions + composed + penalties
}
