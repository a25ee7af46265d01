import Engine
import Loops
import Options
import Results

/// The keys of a study file that are not components, each declared once: decoder, schema and plan are
/// made from these values.
public enum StudyKeys {
  /// The largest integer every JSON reader keeps exactly.
  static let largestInteger = 1 << 53 - 1
  /// The most seeds one study may have.
  static let mostSeeds = 1_000_000
  /// The most cells one study may have.
  static let mostCells = 100_000
  /// The most cells times entries of `exclude`: what keeps the expansion within seconds.
  static let mostComparisons = 5_000_000

  static let study = OptionSpec(
    "study", .text(maximumLength: 64), default: nil,
    help: "The name: letters, digits, '.', '_' and '-', beginning with a letter or digit.")
  static let generations = OptionSpec(
    "generations", .integer(1...1_000_000), unit: "generations", default: nil,
    help: "The number of fits; generation 0 is fitted to real data.")
  static let seed = OptionSpec(
    "seed", .integer(0...largestInteger), default: .integer(0),
    help: "The study seed: every random number of the study depends on it.")
  static let seeds = OptionSpec(
    "seeds", .list(.integer(0...largestInteger)), default: nil,
    help: "The chains of each cell: 0..<8 (eight seeds), 0...7 (the same eight) or a list.")
  static let preset = OptionSpec(
    "preset", .text(maximumLength: 200), default: .null,
    help: "A shipped study to start from; every other key overrides its own.")
  static let notes = OptionSpec(
    "notes", .text(maximumLength: 20_000), default: .text(""),
    help: "Free text, shown in the report.")
  static let paper = OptionSpec(
    "paper", .text(maximumLength: 2_000), default: .text(""),
    help: "The publication the study reproduces, shown in the report.")

  static let samples = OptionSpec(
    "samples",
    .either(
      .choice(["same"]), .either(.integer(1...1_000_000_000), .list(.integer(1...1_000_000_000)))),
    unit: "samples", default: .text("same"),
    help:
      "Synthetic samples drawn after each generation: a count, a list (one entry a generation but "
      + "the last), or as many as the data set has.")
  static let real = OptionSpec(
    "real", .either(.choice(["all"]), .integer(0...1_000_000_000)), unit: "samples",
    default: .text("all"), help: "Real samples mixed in by the policies that use some.")
  static let start = OptionSpec(
    "start", .choice(Start.allCases.map(\.rawValue)), default: .text(Start.cold.rawValue),
    help: "What a fit starts from: a new initialisation, the previous generation's model, or "
      + "generation 0's.")
  static let bias = OptionSpec(
    "bias", .real(RealRange(0, 1, includesLower: false)), default: .real(1),
    help: "The sampling bias λ: 1 samples the fitted law, towards 0 only its modes.")
  static let statisticalError = OptionSpec(
    "statistical_error", .flag, default: .flag(true),
    help: "Whether generations are fitted to samples (true) or to the exact laws (false).")
  static let synthesis = OptionSpec(
    "synthesis", .choice(SynthesisTime.allCases.map(\.rawValue)),
    default: .text(SynthesisTime.stored.rawValue),
    help: "When synthetic samples are drawn: once, or anew for every epoch of the next training "
      + "(policy replace, neural models).")
  /// The keys of `loop` that are not components.
  static let loop = [samples, real, start, bias, statisticalError, synthesis]

  static let keptSamples = OptionSpec(
    "samples", .list(.either(.choice(["last"]), .integer(0...999_999))), unit: "generations",
    default: .list([]), help: "Generations whose samples are written to files.")
  static let keptModels = OptionSpec(
    "models", .list(.either(.choice(["last"]), .integer(0...999_999))), unit: "generations",
    default: .list([]),
    help: "Generations whose neural models are written to files (safetensors, named as in PyTorch).")
  static let keptFit = OptionSpec(
    "fit", .flag, default: .flag(true),
    help: "Whether the numbers that fits report (fit.rank, fit.steps, …) are recorded with the metrics; "
      + "in sweeps of short chains they can be a third of the results.")
  static let previews = OptionSpec(
    "previews", .either(.choice(["auto"]), .integer(0...4096)), unit: "samples",
    default: .text("auto"),
    help: "Samples recorded to be looked at in the report, for up to 12 generations of the first 5 "
      + "seeds; auto: 8 images, 128 points in the plane or 256 categories where samples are drawn "
      + "anyway and the study has at most 24 cells.")
  static let keep = [keptSamples, keptModels, keptFit, previews]

  /// The keys of `collapse`.
  static let collapse = [
    OptionSpec(
      "definitions", .list(.choice(CollapseDefinition.allCases.map(\.rawValue))),
      default: .list(CollapseDefinition.allCases.map { .text($0.rawValue) }),
      help: "The meanings of collapse that are judged."),
    OptionSpec(
      "risk_factor", .real(RealRange(1, .infinity, includesLower: false, includesUpper: false)),
      default: .real(10),
      help: "Catastrophic is a risk of so many times generation 0's."),
    OptionSpec(
      "fraction", .real(RealRange(0, 1, includesLower: false, includesUpper: false)),
      default: .real(0.5),
      help: "The share of generation 0's value below which a variance, tails, modes or fidelity are "
        + "lost."),
  ]

  /// The keys of an entry of `published` besides `where`.
  static let publishedValue = [
    OptionSpec(
      "metric", .text(maximumLength: 200), default: nil,
      help: "The quantity, e.g. wasserstein.w2_squared."),
    OptionSpec("generation", .integer(0...999_999), default: nil, help: "The generation."),
    OptionSpec("value", .real(.any), default: nil, help: "The published value."),
    OptionSpec(
      "low", .real(.any), default: .null,
      help: "The lower end of the published range."),
    OptionSpec(
      "high", .real(.any), default: .null,
      help: "The upper end of the published range."),
  ]

  static let ranksPerChain = OptionSpec(
    "ranks_per_chain", .integer(1...1_048_576), unit: "ranks", default: .integer(1),
    help: "Ranks that train one chain together.")
  static let shards = OptionSpec(
    "shards", .integer(1...1_048_576), unit: "shards", default: .integer(1),
    help: "Parts of every minibatch of a neural model, divided over the ranks of a chain; results "
      + "depend on it, but not on the ranks.")
  static let precision = OptionSpec(
    "precision", .choice(OperandPrecision.allCases.map(\.rawValue)),
    default: .text(OperandPrecision.float32.rawValue),
    help: "Operands of products and convolutions of neural models; sums and weights are float32.")
  static let reproducible = OptionSpec(
    "reproducible", .flag, default: .flag(true),
    help: "Whether the study is to have the same results everywhere; false allows fits that end by "
      + "the clock (most_seconds).")
  static let resources = [ranksPerChain, shards, precision, reproducible]

  /// The keys of a study file, in the order of the documentation.
  static let all = [
    "study", "preset", "dataset", "model", "loop", "generations", "seeds", "seed", "metrics",
    "matrix",
    "zip", "exclude", "keep", "collapse", "published", "resources", "notes", "paper",
  ]
  /// The components of a loop.
  static let loopComponents: [ComponentKind] = [.policy, .corrector]

  /// Whether `name` may name a study: it becomes part of file names.
  static func isStudyName(_ name: String) -> Bool {
    let scalars = Array(name.unicodeScalars)
    guard let first = scalars.first, scalars.count <= 64 else { return false }
    func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
      ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }
    return isAlphanumeric(first)
      && scalars.allSatisfy { isAlphanumeric($0) || "._-".unicodeScalars.contains($0) }
  }
}
