/// A change of a study file between two starts of a run, and what must come of it.
struct StudyChange {
  enum Outcome {
    /// The same cells and seeds: nothing is computed again.
    case same
    /// Cells or seeds were added: these alone are computed.
    case extended
    /// Another study: refused with words that name what changed.
    case refused([String])
  }

  let name: String
  /// The keys whose lines are replaced, and the new lines; an empty one is left out.
  let lines: [String: String]
  let outcome: Outcome

  init(_ name: String, _ lines: [String: String], _ outcome: Outcome) {
    self.name = name
    self.lines = lines
    self.outcome = outcome
  }

  /// The changed text of the study.
  var text: String {
    let known = Set(Self.before.map(\.key))
    let added = lines.keys.filter { !known.contains($0) }.sorted()
    return (Self.before.map { lines[$0.key] ?? $0.line } + added.map { lines[$0] ?? "" })
      .filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
  }

  /// The study as the run began with it, one key a line.
  static let before: [(key: String, line: String)] = [
    ("study", "study: changed"),
    ("dataset", "dataset: {name: gaussian, dimension: 2, samples: 40, held_out: 20}"),
    ("loop", "loop: {policy: accumulate, samples: 40}"),
    ("generations", "generations: 4"),
    ("seeds", "seeds: 0..<3"),
    ("seed", "seed: 7"),
    ("metrics", "metrics: [moments, {name: wasserstein, method: sliced, projections: 8}]"),
    ("matrix", "matrix: {model: [gaussian, {name: gaussian-mixture, components: 2}]}"),
    ("keep", "keep: {samples: [last], previews: 4}"),
    ("collapse", "collapse: {fraction: 0.5}"),
    ("resources", "resources: {shards: 2}"),
    ("notes", "notes: before"),
  ]

  static let all = sameResults + additions + otherStudies
}

extension StudyChange {
  fileprivate static let sameResults: [StudyChange] = [
    StudyChange("nothing", [:], .same),
    StudyChange("comments", ["study": "# What it is for.\nstudy: changed   # its name\n\n"], .same),
    StudyChange("quotes and block style", ["study": "\"study\": 'changed'", "seed": "seed:\n  7"], .same),
    StudyChange("another base of a number", ["seed": "seed: 0x7"], .same),
    StudyChange("defaults written out", ["loop": "loop: {policy: accumulate, samples: 40, bias: 1, start: cold, corrector: none}"], .same),
    StudyChange("order of keys", ["study": "", "zz": "study: changed"], .same),
    StudyChange("seeds as a list", ["seeds": "seeds: [0, 1, 2]"], .same),
    StudyChange("seeds in another order", ["seeds": "seeds: [2, 0, 1]"], .same),
    StudyChange("cells in another order", ["matrix": "matrix: {model: [{name: gaussian-mixture, components: 2}, gaussian]}"], .same),
    StudyChange("zip for matrix", ["matrix": "zip: {model: [gaussian, {name: gaussian-mixture, components: 2}]}"], .same),
    StudyChange("notes", ["notes": "notes: after"], .same),
    StudyChange("paper", ["paper": "paper: somewhere"], .same),
    StudyChange("published numbers", ["published": "published: [{metric: moments.mean_norm, generation: 3, value: 1.5}]"], .same),
    StudyChange("meaning of collapse", ["collapse": "collapse: {fraction: 0.25, definitions: [variance]}"], .same),
    StudyChange("ranks that train a chain", ["resources": "resources: {shards: 2, ranks_per_chain: 2}"], .same),
  ]

  fileprivate static let additions: [StudyChange] = [
    StudyChange("a seed more", ["seeds": "seeds: 0..<4"], .extended),
    StudyChange("a seed in between", ["seeds": "seeds: [0, 5, 1, 2]"], .extended),
    StudyChange("a model more", ["matrix": "matrix: {model: [gaussian, {name: gaussian-mixture, components: 2}, kernel-density]}"], .extended),
    StudyChange("a model first", ["matrix": "matrix: {model: [kernel-density, gaussian, {name: gaussian-mixture, components: 2}]}"], .extended),
    StudyChange("an axis more", ["matrix": "matrix: {model: [gaussian, {name: gaussian-mixture, components: 2}], loop.bias: [1, 0.5]}"], .extended),
    StudyChange("cells and seeds", ["seeds": "seeds: 0..<4", "matrix": "matrix: {model: [gaussian, {name: gaussian-mixture, components: 2}], loop.policy: [accumulate, replace]}"], .extended),
  ]

  fileprivate static let otherStudies: [StudyChange] = [
    StudyChange("name", ["study": "study: other"], .refused(["'study' was changed, is other"])),
    StudyChange("dimension", ["dataset": "dataset: {name: gaussian, dimension: 3, samples: 40, held_out: 20}"], .refused(["'dataset.dimension'", "was 2, is 3"])),
    StudyChange("samples of the data", ["dataset": "dataset: {name: gaussian, dimension: 2, samples: 41, held_out: 20}"], .refused(["'dataset.samples'", "was 40, is 41"])),
    StudyChange("held out", ["dataset": "dataset: {name: gaussian, dimension: 2, samples: 40, held_out: 21}"], .refused(["'dataset.held_out'", "was 20, is 21"])),
    StudyChange("another data set", ["dataset": "dataset: {name: gaussian-ring, samples: 40, held_out: 20}"], .refused(["cell", "no longer there"])),
    StudyChange("option of a model", ["matrix": "matrix: {model: [gaussian, {name: gaussian-mixture, components: 3}]}"], .refused(["'model.components'", "was 2, is 3"])),
    StudyChange("a model less", ["matrix": "matrix: {model: [gaussian]}"], .refused(["cell", "no longer there", "gaussian-mixture"])),
    StudyChange("a model for another", ["matrix": "matrix: {model: [kernel-density, {name: gaussian-mixture, components: 2}]}"], .refused(["cell"])),
    StudyChange("policy", ["loop": "loop: {policy: replace, samples: 40}"], .refused(["'loop.policy'", "accumulate", "replace"])),
    StudyChange("samples a generation", ["loop": "loop: {policy: accumulate, samples: 39}"], .refused(["'loop.samples'", "was 40, is 39"])),
    StudyChange("samples by generation", ["loop": "loop: {policy: accumulate, samples: [40, 40, 41]}"], .refused(["'loop.samples'"])),
    StudyChange("bias", ["loop": "loop: {policy: accumulate, samples: 40, bias: 0.5}"], .refused(["'loop.bias'", "was 1", "is 0.5"])),
    StudyChange("corrector", ["loop": "loop: {policy: accumulate, samples: 40, corrector: histogram}"], .refused(["loop.corrector"])),
    StudyChange("generations up", ["generations": "generations: 5"], .refused(["'generations' was 4, is 5"])),
    StudyChange("generations down", ["generations": "generations: 3"], .refused(["'generations' was 4, is 3"])),
    StudyChange("a seed less", ["seeds": "seeds: 0..<2"], .refused(["seed 2 is no longer there"])),
    StudyChange("seeds moved", ["seeds": "seeds: 1..<4"], .refused(["seed 0 is no longer there"])),
    StudyChange("study seed", ["seed": "seed: 8"], .refused(["'seed' was 7, is 8"])),
    StudyChange("no study seed", ["seed": ""], .refused(["'seed' was 7, is 0"])),
    StudyChange("a metric more", ["metrics": "metrics: [moments, {name: wasserstein, method: sliced, projections: 8}, tail]"], .refused(["'metrics' was"])),
    StudyChange("a metric less", ["metrics": "metrics: [moments]"], .refused(["'metrics' was"])),
    StudyChange("option of a metric", ["metrics": "metrics: [moments, {name: wasserstein, method: sliced, projections: 9}]"], .refused(["'projections' of metric wasserstein was 8, is 9"])),
    StudyChange("kept samples", ["keep": "keep: {samples: [0, last], previews: 4}"], .refused(["'keep.samples' was [3], is [0, 3]"])),
    StudyChange("kept models", ["keep": "keep: {samples: [last], models: [last], previews: 4}"], .refused(["'keep.models' was [], is [3]"])),
    StudyChange("previews", ["keep": "keep: {samples: [last], previews: 5}"], .refused(["'keep.previews' was 4, is 5"])),
    StudyChange("shards", ["resources": "resources: {shards: 4}"], .refused(["'resources.shards' was 2, is 4"])),
    StudyChange("precision", ["resources": "resources: {shards: 2, precision: bf16}"], .refused(["'resources.precision' was", "bf16"])),
    StudyChange("a cell more, a seed less", ["seeds": "seeds: [0, 1]", "matrix": "matrix: {model: [gaussian, {name: gaussian-mixture, components: 2}, kernel-density]}"], .refused(["seed 2 is no longer there"])),
  ]
}
