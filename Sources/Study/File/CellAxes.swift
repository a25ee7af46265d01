import Options

/// A value for one parameter of a cell, with the place it was written at.
struct CellAssignment: Sendable {
  let path: CellPath
  let keyPosition: SourcePosition
  let value: StudyNode
}

/// Parameters that vary together: one `matrix` entry, or the whole `zip`.
struct CellAxis: Sendable {
  /// One element a step along the axis.
  let steps: [[CellAssignment]]
}

extension ValueDecoder {
  /// The axes of `matrix` in the order written, then the one of `zip`.
  mutating func axes(matrix: StudyNode?, zip: StudyNode?, in catalogue: Catalogue) -> [CellAxis] {
    var axes: [CellAxis] = []
    var known: Set<CellPath> = []
    for (path, entry, values) in variations(matrix, "matrix", &known, in: catalogue) {
      axes.append(
        CellAxis(
          steps: values.map {
            [CellAssignment(path: path, keyPosition: entry.keyPosition, value: $0)]
          }))
    }
    let together = variations(zip, "zip", &known, in: catalogue)
    guard let first = together.first else { return axes }
    for (path, entry, values) in together where values.count != first.values.count {
      mistakes.add(
        entry.keyPosition,
        "zip: '\(path.text)' has \(values.count) values, "
          + "'\(first.path.text)' has \(first.values.count); "
          + "lists that advance together are equally long")
      return axes
    }
    let steps = first.values.indices.map { index in
      together.map {
        CellAssignment(path: $0.path, keyPosition: $0.entry.keyPosition, value: $0.values[index])
      }
    }
    return axes + [CellAxis(steps: steps)]
  }

  /// The paths and value lists of a `matrix` or `zip`.
  private mutating func variations(
    _ node: StudyNode?, _ subject: String, _ known: inout Set<CellPath>, in catalogue: Catalogue
  ) -> [(path: CellPath, entry: StudyNode.Entry, values: [StudyNode])] {
    guard let node else { return [] }
    guard let entries = node.entries else {
      expected("a mapping of paths to lists", node, subject: subject)
      return []
    }
    var result: [(path: CellPath, entry: StudyNode.Entry, values: [StudyNode])] = []
    for entry in entries {
      guard let path = path(entry, of: subject, in: catalogue) else { continue }
      guard let values = entry.value.list, !values.isEmpty else {
        expected("a list of at least one value", entry.value, subject: "\(subject): '\(path.text)'")
        continue
      }
      guard known.insert(path).inserted else {
        mistakes.add(entry.keyPosition, "'\(path.text)' stands both in matrix and in zip")
        continue
      }
      result.append((path, entry, values))
    }
    return result
  }
}

/// One cell before its values are checked.
struct CellDraft: Sendable {
  /// `dataset`, `model`, `loop`, with the assignments made.
  let tree: StudyNode
  /// What the axes gave it, in the order of the axes.
  let assignments: [CellAssignment]

  /// The assignments in words, e.g. `model.components = 2, loop.bias = 0.5`.
  var title: String {
    assignments.isEmpty
      ? "the only cell"
      : assignments.map { "\($0.path.text) = \(excerpt($0.value.value.canonicalJSON, limit: 40))" }
        .joined(separator: ", ")
  }
}

/// The product of the axes applied to what all cells share: the first axis varies slowest.
///
/// - Complexity: O(cells × assignments).
func expand(_ base: StudyNode, along axes: [CellAxis]) -> [CellDraft] {
  var combinations: [[CellAssignment]] = [[]]
  for axis in axes {
    combinations = combinations.flatMap { partial in axis.steps.map { partial + $0 } }
  }
  return combinations.map { assignments in
    // A whole component is set before an option of it, in whichever order they were written.
    let ordered = assignments.enumerated().sorted {
      ($0.element.path.parts.count, $0.offset) < ($1.element.path.parts.count, $1.offset)
    }
    let tree = ordered.reduce(base) { tree, next in
      tree.setting(
        next.element.path.parts[...], to: next.element.value, keyPosition: next.element.keyPosition)
    }
    return CellDraft(tree: tree, assignments: assignments)
  }
}
