import Options

/// The seeds of a study as written: `0..<8`, `0...7`, or a list.
enum SeedRange {
  /// The seeds, in the order written.
  ///
  /// - Returns: `nil` and a mistake for anything else, for a seed that is negative or given twice, for
  ///   no seeds and for more than `StudyKeys.mostSeeds`.
  static func decode(_ node: StudyNode, into mistakes: inout Mistakes) -> [Int]? {
    let form = "a range such as 0..<8, or a list such as [0, 1, 2]"
    switch node.content {
    case .scalar(.text(let text)):
      guard let bounds = parse(text) else {
        mistakes.add(node.position, "'seeds': expected \(form), found \(node.value.shown)")
        return nil
      }
      let (lower, end) = bounds
      guard lower < end, end - lower <= StudyKeys.mostSeeds else {
        let found = lower < end ? "\(end - lower)" : "none"
        mistakes.add(
          node.position, "'seeds': expected 1 to \(StudyKeys.mostSeeds) seeds, found \(found)")
        return nil
      }
      return Array(lower..<end)
    case .list(let nodes): return list(nodes, node, into: &mistakes)
    case .scalar(.integer(let count)):
      let remedy = count >= 1 ? "; for \(count) seeds write 0..<\(count)" : ""
      mistakes.add(node.position, "'seeds': expected \(form), found \(count)\(remedy)")
      return nil
    default:
      mistakes.add(node.position, "'seeds': expected \(form), found \(node.value.shown)")
      return nil
    }
  }

  /// `lower` and the first seed beyond the range.
  private static func parse(_ text: String) -> (Int, Int)? {
    for (mark, closed) in [("..<", false), ("...", true)] {
      let bytes = Array(text.utf8)
      guard let at = bytes.indices.first(where: { bytes[$0...].starts(with: Array(mark.utf8)) })
      else { continue }
      guard let lower = number(bytes[..<at]), let upper = number(bytes[(at + 3)...]) else {
        return nil
      }
      return (lower, closed ? upper + 1 : upper)
    }
    return nil
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.allSatisfy({ (0x30...0x39).contains($0) }),
      let value = Int(String(decoding: bytes, as: UTF8.self)), value <= StudyKeys.largestInteger
    else { return nil }
    return value
  }

  private static func list(
    _ nodes: [StudyNode], _ whole: StudyNode, into mistakes: inout Mistakes
  ) -> [Int]? {
    var seeds: [Int] = []
    var known: Set<Int> = []
    guard !nodes.isEmpty else {
      mistakes.add(whole.position, "'seeds': expected at least one seed, found none")
      return nil
    }
    var complete = true
    for node in nodes {
      guard case .scalar(.integer(let seed)) = node.content,
        (0...StudyKeys.largestInteger).contains(seed)
      else {
        mistakes.add(
          node.position,
          "'seeds': expected an integer from 0 to \(StudyKeys.largestInteger), "
            + "found \(node.value.shown)")
        complete = false
        continue
      }
      if known.insert(seed).inserted {
        seeds.append(seed)
      } else {
        mistakes.add(node.position, "'seeds': \(seed) is given twice")
        complete = false
      }
    }
    return complete ? seeds : nil
  }

  /// The shortest form: a range where the seeds are consecutive, otherwise the list.
  static func canonical(_ seeds: [Int]) -> OptionValue {
    let isRange = zip(seeds, seeds.dropFirst()).allSatisfy { $1 == $0 + 1 }
    if isRange, seeds.count > 2, let first = seeds.first {
      return .text("\(first)..<\(first + seeds.count)")
    }
    return .list(seeds.map { .integer($0) })
  }
}
