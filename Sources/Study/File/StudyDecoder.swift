import Engine
import Loops
import Options

/// Turns the tree of a study into its plan.
struct StudyDecoder {
  let catalogue: Catalogue
  var decoder = ValueDecoder()

  init(catalogue: Catalogue) { self.catalogue = catalogue }

  /// - Throws: `StudyError` with every mistake in the shared keys, and once those are right in every
  ///   cell.
  mutating func plan(
    _ root: StudyNode, directory: String, sourceHash: String
  ) throws(StudyError) -> StudyPlan {
    let keys = decoder.mapping(root, keys: StudyKeys.all, subject: "") ?? [:]
    let name = studyName(keys["study"], root)
    var seed: UInt64?
    if case .integer(let value)? = decoder.value(StudyKeys.seed, keys["seed"], subject: "'seed'") {
      seed = UInt64(value)
    }
    var seeds: [Int]?
    if let node = required("seeds", keys, root) {
      seeds = SeedRange.decode(node, into: &decoder.mistakes)
    }
    let settings = shared(keys, root)
    let cells = cells(keys, root, settings)
    try decoder.mistakes.throwIfAny()
    guard let name, let seed, let seeds, let settings else {
      preconditionFailure("a key was refused without a mistake")
    }
    return StudyPlan(
      study: name, seed: seed, cells: cells, seeds: seeds, settings: settings,
      directory: directory, sourceHash: sourceHash)
  }

  /// The node of a mandatory key.
  mutating func required(
    _ key: String, _ keys: [String: StudyNode], _ root: StudyNode
  ) -> StudyNode? {
    if let node = keys[key] { return node }
    decoder.mistakes.add(root.position, "'\(key)' is missing")
    return nil
  }

  private mutating func studyName(_ node: StudyNode?, _ root: StudyNode) -> String? {
    guard let node else {
      decoder.mistakes.add(root.position, "'study' is missing: expected a name")
      return nil
    }
    guard let name = node.text, StudyKeys.isStudyName(name) else {
      decoder.expected(
        "a name of at most 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
        node,
        subject: "'study'")
      return nil
    }
    return name
  }

  /// What all cells share; `nil` where a part of it is a mistake.
  mutating func shared(_ keys: [String: StudyNode], _ root: StudyNode) -> SharedSettings? {
    var generations: Int?
    if let node = required("generations", keys, root),
      case .integer(let count)? = decoder.value(
        StudyKeys.generations, node, subject: "'generations'")
    {
      generations = count
    }
    let metrics = required("metrics", keys, root).flatMap { measures($0) }
    let keep = kept(keys["keep"], generations: generations)
    let previews = previews(keys["keep"])
    let resources = resources(keys["resources"])
    let collapse = collapse(keys["collapse"])
    let published = published(keys["published"])
    func text(_ spec: OptionSpec) -> String {
      let value = decoder.value(spec, keys[spec.name], subject: "'\(spec.name)'")
      return if case .text(let text)? = value { text } else { "" }
    }
    let notes = text(StudyKeys.notes)
    let paper = text(StudyKeys.paper)
    guard let generations, let metrics, let keep, let previews, let resources, let collapse,
      let published
    else { return nil }
    return SharedSettings(
      generations: generations, metrics: metrics, keep: keep, previews: previews, collapse: collapse,
      published: published, resources: resources, notes: notes, paper: paper)
  }

  private mutating func measures(_ node: StudyNode) -> [ComponentChoice]? {
    guard let nodes = node.list, !nodes.isEmpty else {
      decoder.expected("a list of at least one metric", node, subject: "'metrics'")
      return nil
    }
    var metrics: [ComponentChoice] = []
    for child in nodes {
      guard let metric = decoder.component(child, .metric, in: catalogue) else { continue }
      if metrics.contains(where: { $0.name == metric.name }) {
        decoder.mistakes.add(child.position, "metric '\(metric.name)' is given twice")
      } else {
        metrics.append(metric)
      }
    }
    return metrics.count == nodes.count ? metrics : nil
  }

  private mutating func kept(_ node: StudyNode?, generations: Int?) -> KeepSpec? {
    guard let node else { return KeepSpec() }
    guard
      let keys = decoder.mapping(node, keys: StudyKeys.keep.map(\.name), subject: "keep"),
      let samples = self.generations(StudyKeys.keptSamples, keys, node, of: generations),
      let models = self.generations(StudyKeys.keptModels, keys, node, of: generations),
      case .flag(let fit)? = decoder.value(
        StudyKeys.keptFit, keys[StudyKeys.keptFit.name], subject: "'keep.fit'")
    else { return nil }
    return KeepSpec(samples: samples, models: models, fit: fit)
  }

  /// A list of generations, sorted; nil where it or their number is a mistake.
  private mutating func generations(
    _ spec: OptionSpec, _ keys: [String: StudyNode], _ node: StudyNode, of generations: Int?
  ) -> [Int]? {
    let subject = "'keep.\(spec.name)'"
    guard case .list(let values)? = decoder.value(spec, keys[spec.name], subject: subject),
      let generations
    else { return nil }
    var kept: Set<Int> = []
    for (index, value) in values.enumerated() {
      var generation = generations - 1
      if case .integer(let given) = value { generation = given }
      if generation >= generations {
        decoder.mistakes.add(
          keys[spec.name]?.list?[index].position ?? node.position,
          "\(subject): expected a generation from 0 to \(generations - 1) or 'last', "
            + "found \(generation)")
      }
      kept.insert(generation)
    }
    return kept.sorted()
  }

  /// Samples a generation that are recorded to be looked at; the inner nil is `auto`.
  private mutating func previews(_ keep: StudyNode?) -> Int?? {
    let value = decoder.value(
      StudyKeys.previews, keep?["previews"]?.value, subject: "'keep.previews'")
    return switch value {
    case .integer(let count)?: .some(count)
    case .text?: .some(nil)
    default: nil
    }
  }

  private mutating func resources(_ node: StudyNode?) -> Resources? {
    guard let node else { return Resources() }
    guard
      let keys = decoder.mapping(node, keys: StudyKeys.resources.map(\.name), subject: "resources")
    else { return nil }
    var values: [String: OptionValue] = [:]
    for spec in StudyKeys.resources {
      values[spec.name] = decoder.value(
        spec, keys[spec.name], subject: "'resources.\(spec.name)'")
    }
    guard case .integer(let ranks)? = values["ranks_per_chain"],
      case .integer(let shards)? = values["shards"], case .text(let name)? = values["precision"],
      let precision = OperandPrecision(rawValue: name),
      case .flag(let isReproducible)? = values["reproducible"]
    else { return nil }
    guard ranks <= shards else {
      decoder.mistakes.add(
        keys["ranks_per_chain"]?.position ?? node.position,
        "'resources.ranks_per_chain': \(ranks) ranks share \(shards) shard\(shards == 1 ? "" : "s"); "
          + "expected at most as many ranks as shards")
      return nil
    }
    return Resources(
      ranksPerChain: ranks, shards: shards, precision: precision, isReproducible: isReproducible)
  }
}
