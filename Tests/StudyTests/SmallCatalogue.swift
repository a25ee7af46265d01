import Options
import Study

/// Components for tests of the study file alone: every kind of option, none of the numerics.
let smallCatalogue = Catalogue(
  datasets: [
    Component(
      name: "gaussian", summary: "Vectors from a Gaussian.",
      options: [
        OptionSpec("dimension", .integer(1...4096), default: .integer(1), help: "Coordinates."),
        OptionSpec(
          "mean", .either(.real(.any), .list(.real(.any))), default: .real(0), help: "Mean."),
        OptionSpec(
          "samples", .integer(1...1_000_000), unit: "samples", default: .integer(100),
          help: "Size of the real training set."),
      ]),
    Component(
      name: "table", summary: "Rows of a file.",
      options: [OptionSpec("file", .path, default: nil, help: "The file.")]),
  ],
  models: [
    Component(
      name: "gaussian", summary: "A Gaussian fitted by its moments.",
      source: "Shumailov et al. 2024",
      options: [
        OptionSpec(
          "estimator", .choice(["unbiased", "biased"]), default: .text("unbiased"),
          help: "Divisor of the covariance.")
      ]),
    Component(
      name: "mixture", summary: "A Gaussian mixture.",
      options: [
        OptionSpec(
          "components", .integer(1...64), unit: "components", default: .integer(2), help: "Parts."),
        OptionSpec("tolerance", .real(.positive), default: .real(1e-3), help: "When EM stops."),
        OptionSpec(
          "bandwidth", .either(.real(.positive), .choice(["scott", "silverman"])),
          default: .text("scott"), help: "Smoothing."),
        OptionSpec("shared", .flag, default: .flag(false), help: "One covariance for all."),
        OptionSpec("label", .text(maximumLength: 8), default: .text(""), help: "A remark."),
      ]),
    Component(
      name: "network", summary: "A model whose fits may end by the clock.",
      options: [
        OptionSpec(
          "most_seconds", .real(.nonNegative), unit: "seconds", default: .real(0), help: "The limit.")
      ]),
  ],
  policies: [
    Component(name: "replace", summary: "The last generation alone."),
    Component(name: "accumulate", summary: "Real data and all generations."),
    Component(
      name: "blend", summary: "A fixed share of real data.",
      options: [OptionSpec("alpha", .real(.unit), default: nil, help: "The share of real data.")]),
  ],
  correctors: [
    Component(name: "none", summary: "No correction."),
    Component(
      name: "shrink", summary: "Towards the mean.",
      options: [
        OptionSpec(
          "strength", .real(RealRange(0, 1, includesUpper: false)), default: .real(0.5),
          help: "How far.")
      ]),
  ],
  metrics: [
    Component(name: "moments", summary: "Mean and covariance."),
    Component(
      name: "wasserstein", summary: "Transport distance.",
      options: [
        OptionSpec("projections", .integer(1...10_000), default: .integer(50), help: "Directions.")
      ]),
  ])

/// A valid study, one key a line, so that tests can name places in edits of it.
let soundLines = [
  "study: demo",  // 1
  "dataset: {name: gaussian, dimension: 2}",  // 2
  "model: mixture",  // 3
  "loop:",  // 4
  "  policy: replace",  // 5
  "  samples: 20",  // 6
  "generations: 5",  // 7
  "seeds: 0..<4",  // 8
  "metrics: [moments]",  // 9
]

/// The sound study with a line replaced and lines added from line 10 on.
func edited(_ line: Int = 0, _ text: String = "", adding: String = "") -> String {
  var lines = soundLines
  if line > 0 { lines[line - 1] = text }
  return (lines + (adding.isEmpty ? [] : [adding])).joined(separator: "\n") + "\n"
}

/// Expands a text with the small catalogue; the file is called `s.yaml`.
func expanded(_ text: String, _ overrides: [String] = []) throws -> StudyPlan {
  try StudyFile.parse(
    Array(text.utf8), name: "s.yaml", directory: "/data", overrides: overrides,
    catalogue: smallCatalogue)
}
