import Loops
import Options

extension ValueDecoder {
  /// The loop of a cell.
  ///
  /// - Parameter generations: the study's; `nil` where it is itself a mistake.
  mutating func loop(
    _ node: StudyNode, generations: Int?, in catalogue: Catalogue
  ) -> LoopSpec? {
    let keys = StudyKeys.loopComponents.map(\.rawValue) + StudyKeys.loop.map(\.name)
    guard let entries = mapping(node, keys: keys, subject: "loop") else { return nil }
    var policy: ComponentChoice?
    if let given = entries["policy"] {
      policy = component(given, .policy, in: catalogue)
    } else {
      mistakes.add(node.position, "loop: 'policy' is missing")
    }
    // The corrector that does nothing is the default, by name, so that it must exist like any other.
    let none = StudyNode(content: .scalar(.text("none")), position: node.position)
    let corrector = component(entries["corrector"] ?? none, .corrector, in: catalogue)
    var values: [String: OptionValue] = [:]
    for spec in StudyKeys.loop {
      values[spec.name] = value(spec, entries[spec.name], subject: "'loop.\(spec.name)'")
    }
    guard let policy, let corrector,
      let samples = values["samples"].flatMap({
        size($0, entries["samples"]?.position ?? node.position, generations: generations)
      }),
      let real = values["real"], case .text(let startName)? = values["start"],
      let start = Start(rawValue: startName), case .real(let bias)? = values["bias"],
      case .flag(let statisticalError)? = values["statistical_error"],
      case .text(let timeName)? = values["synthesis"], let time = SynthesisTime(rawValue: timeName)
    else { return nil }
    var count: Int?
    if case .integer(let given) = real { count = given }
    return LoopSpec(
      policy: policy, samples: samples, real: count, start: start, bias: bias,
      corrector: corrector, statisticalError: statisticalError, synthesis: time)
  }

  private mutating func size(
    _ value: OptionValue, _ position: SourcePosition, generations: Int?
  ) -> SampleSize? {
    switch value {
    case .integer(let count): return .constant(count)
    case .list(let values):
      let counts = values.compactMap { if case .integer(let count) = $0 { count } else { nil } }
      let needed = max(1, (generations ?? 1) - 1)
      guard counts.count >= needed else {
        mistakes.add(
          position,
          "'loop.samples': expected at least \(needed) entries (one for each generation but the last), "
            + "found \(counts.count)")
        return nil
      }
      return .list(counts)
    default: return .sameAsData
    }
  }
}
