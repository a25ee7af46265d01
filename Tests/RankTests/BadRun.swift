import Foundation
import Testing

/// A mistake at the level of `ouroboros run` and what must be said about it.
struct BadRun: Sendable, CustomTestStringConvertible {
  let name: String
  /// The sound study with a line replaced, or another text.
  let study: String
  /// More arguments; `@` stands for the folder of the test.
  let arguments: [String]
  /// Parts of the message, e.g. the place and what was expected; `@` stands for the folder.
  let said: [String]
  let status: Int32
  /// Makes the files the mistake needs.
  let prepare: @Sendable (TemporaryFolder) throws -> Void
  /// Also tried under `mpirun` in the short form of the tests.
  let underMPI: Bool

  init(
    _ name: String, _ study: String = sound(), _ arguments: [String] = [], says said: [String],
    _ status: Int32 = 78, underMPI: Bool = false,
    prepare: @escaping @Sendable (TemporaryFolder) throws -> Void = { _ in }
  ) {
    self.name = name
    self.study = study
    self.arguments = arguments
    self.said = said
    self.status = status
    self.underMPI = underMPI
    self.prepare = prepare
  }

  var testDescription: String { name }
}

/// A sound study, one key a line, with a line replaced.
func sound(_ line: Int = 0, _ text: String = "") -> String {
  var lines = [
    "study: demo",  // 1
    "dataset: {name: gaussian, dimension: 2, samples: 20}",  // 2
    "model: kernel-density",  // 3
    "loop:",  // 4
    "  policy: replace",  // 5
    "generations: 3",  // 6
    "seeds: 0..<2",  // 7
    "metrics: [moments]",  // 8
  ]
  if line > 0 { lines[line - 1] = text }
  return lines.joined(separator: "\n") + "\n"
}

/// Mistakes in the text of a study.
let badStudies: [BadRun] = [
  BadRun("misspelt key", sound(6, "generatons: 3"), says: ["s.yaml:6:1", "generations"], underMPI: true),
  BadRun("misspelt model", sound(3, "model: kernel-densty"), says: ["s.yaml:3:8", "kernel-density"]),
  BadRun("misspelt metric", sound(8, "metrics: [momnts]"), says: ["s.yaml:8:11", "moments"]),
  BadRun("misspelt policy", sound(5, "  policy: replce"), says: ["s.yaml:5:11", "replace"]),
  BadRun(
    "misspelt option", sound(2, "dataset: {name: gaussian, dimensions: 2}"),
    says: ["s.yaml:2:27", "dimension"]),
  BadRun("text for a number", sound(6, "generations: three"), says: ["s.yaml:6:14", "an integer"]),
  BadRun("out of range", sound(6, "generations: 0"), says: ["s.yaml:6:14", "from 1 to 1000000"]),
  BadRun(
    "not a number", sound(5, "  policy: replace\n  bias: .nan"), says: ["s.yaml:6:9", "(0, 1]"]),
  BadRun("duplicate key", sound() + "seeds: 0..<3\n", says: ["s.yaml:9:1", "seeds"]),
  BadRun(
    "aliases that multiply", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", says: ["s.yaml:1:4"]),
  BadRun("empty file", "", says: ["s.yaml", "empty"], underMPI: true),
  BadRun("a list", "- study\n", says: ["s.yaml:1:1", "expected a mapping"]),
  BadRun("open bracket", sound(8, "metrics: [moments"), says: ["s.yaml:"]),
  BadRun("control characters", "study: \u{1}\u{2}\n", says: ["s.yaml"], 65),
  BadRun("half the keys", "study: demo\n", says: ["s.yaml:1:1", "'generations' is missing"]),
  BadRun("no seeds", sound(7, "seeds: 3..<3"), says: ["s.yaml:7:8"]),
  BadRun(
    "two cells that are one", sound() + "matrix: {loop.bias: [1, 1.0]}\n", says: ["s.yaml:9:", "the same"]),
  BadRun("too few M_i", sound(5, "  policy: replace\n  samples: [5]"), says: ["s.yaml:6:12", "at least 2"]),
  BadRun(
    "kept generation that is none", sound() + "keep: {samples: [3]}\n", says: ["s.yaml:9:18", "0 to 2"]),
]

/// Parts that are right by themselves and do not fit each other.
let badCombinations: [BadRun] = [
  BadRun(
    "model of other samples", sound(3, "model: categorical"),
    says: ["s.yaml:3:8: categorical", "vectors of dimension 2"], underMPI: true),
  BadRun(
    "one cell of many", sound() + "matrix: {model: [gaussian, count-softmax]}\n",
    says: ["s.yaml:9:28: count-softmax", "cell model = \"count-softmax\""]),
  BadRun(
    "metric of other samples", sound(8, "metrics: [moments, discrete]"),
    says: ["s.yaml:8:20: discrete", "needs categories or tokens"], underMPI: true),
  BadRun(
    "metric of another law", sound(8, "metrics: [divergence]"),
    says: ["s.yaml:8:11: divergence", "kernel density"]),
  BadRun(
    "metric of known laws", sound(2, "dataset: two-moons").replacing("[moments]", with: "[mode-coverage]"),
    says: ["s.yaml:8:11: mode-coverage", "Gaussian mixture whose law is known"]),
  BadRun(
    "corrector of vectors",
    sound(2, "dataset: {name: categorical}").replacing("kernel-density", with: "{name: categorical}")
      .replacing("policy: replace", with: "policy: replace\n  corrector: histogram"),
    says: ["s.yaml:6:14: histogram", "works on vectors"]),
  BadRun(
    "more real samples than there are", sound(5, "  policy: augment\n  real: 21"),
    says: ["s.yaml:5:11: augment", "loop.real is 21", "20 samples"]),
  BadRun(
    "real samples nobody uses", sound(5, "  policy: replace\n  real: 5"),
    says: ["s.yaml:5:11: replace", "augment, fresh or memory"]),
  BadRun(
    "weights that do not sum to 1", sound(5, "  policy: {name: mixture, alpha: 0.5, gamma: 0.4}"),
    says: ["s.yaml:5:18: mixture", "0.9, expected 1"]),
  BadRun(
    "subset larger than the pool", sound(5, "  policy: {name: accumulate-subsample, size: 41}"),
    says: ["s.yaml:5:18: accumulate-subsample", "41 exceeds the 40 samples"]),
  BadRun(
    "memory without depth", sound(5, "  policy: memory"), says: ["s.yaml:5:11", "generations"]),
  BadRun(
    "memory of nothing", sound(5, "  policy: {name: memory, generations: 0}"),
    says: ["s.yaml:5:39", "from 1 to 100000"]),
  BadRun(
    "exact laws of a model that has none", sound(5, "  policy: replace\n  statistical_error: false"),
    says: ["s.yaml:3:8: kernel-density", "statistical_error must be true"]),
  BadRun(
    "exact laws of data that have none",
    sound(2, "dataset: two-moons").replacing("kernel-density", with: "gaussian")
      .replacing("policy: replace", with: "policy: replace\n  statistical_error: false"),
    says: ["s.yaml:2:10: two-moons", "closed-form law"]),
  BadRun(
    "exact laws, biased", sound(5, "  policy: replace\n  statistical_error: false\n  bias: 0.5"),
    says: ["s.yaml:4:1: loop", "needs bias: 1"]),
  BadRun(
    "number of samples a model cannot draw",
    sound(2, "dataset: {name: linear-regression, dimension: 2, samples: 20}")
      .replacing("kernel-density", with: "{name: linear-regression}")
      .replacing("[moments]", with: "[regression]")
      .replacing("policy: replace", with: "policy: replace\n  samples: 30"),
    says: ["s.yaml: linear-regression", "not a multiple"]),
  BadRun(
    "more data than memory", sound(2, "dataset: {name: gaussian, dimension: 4096, samples: 100000000}"),
    says: ["s.yaml:2:17: gaussian", "3052.0 GiB"], underMPI: true),
]
