/// Where a sample came from.
public enum Origin: Sendable, Hashable, Comparable {
  /// The study's real training data.
  case real
  /// Real data drawn anew in a later generation.
  case fresh
  /// Sampled from the model of a generation.
  case generation(Int)
  /// Sampled from the model of a generation and changed by the corrector.
  case corrected(Int)
}

/// The origins of a set's samples as runs, in order.
public struct Provenance: Sendable, Hashable {
  public struct Run: Sendable, Hashable {
    public let origin: Origin
    public let count: Int
  }

  public private(set) var runs: [Run] = []

  public init() {}

  public init(_ origin: Origin, count: Int) { append(origin, count: count) }

  /// Adds `count` samples of one origin at the end.
  public mutating func append(_ origin: Origin, count: Int) {
    guard count > 0 else { return }
    if let last = runs.last, last.origin == origin {
      runs[runs.count - 1] = Run(origin: origin, count: last.count + count)
    } else {
      runs.append(Run(origin: origin, count: count))
    }
  }

  /// Adds another set's origins at the end.
  public mutating func append(_ other: Provenance) {
    for run in other.runs { append(run.origin, count: run.count) }
  }

  /// The number of samples.
  public var count: Int { runs.reduce(0) { $0 + $1.count } }

  /// Samples by origin, sorted by origin.
  public var counts: [(origin: Origin, count: Int)] {
    var totals: [Origin: Int] = [:]
    for run in runs { totals[run.origin, default: 0] += run.count }
    return totals.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The origins of the samples at `indices`, in that order.
  ///
  /// - Complexity: O(indices + runs) when the indices ascend, O(indices · log runs) otherwise.
  public func selecting(_ indices: [Int]) -> Provenance {
    var ends: [Int] = []
    var total = 0
    for run in runs {
      total += run.count
      ends.append(total)
    }
    var result = Provenance()
    var at = 0
    for index in indices {
      precondition(index >= 0 && index < total, "sample \(index) of \(total)")
      if !(index < ends[at] && (at == 0 || index >= ends[at - 1])) {
        var low = 0
        var high = ends.count - 1
        while low < high {
          let middle = (low + high) / 2
          if index < ends[middle] { high = middle } else { low = middle + 1 }
        }
        at = low
      }
      result.append(runs[at].origin, count: 1)
    }
    return result
  }

  /// A compact text, e.g. `real:100 g0..8:50 c9:7`: counts per origin, neighbouring generations with
  /// equal counts joined.
  public var summary: String {
    var parts: [String] = []
    var open: (kind: String, first: Int, last: Int, count: Int)?
    func close() {
      guard let run = open else { return }
      let span = run.first == run.last ? "\(run.first)" : "\(run.first)..\(run.last)"
      parts.append("\(run.kind)\(span):\(run.count)")
      open = nil
    }
    func extend(_ kind: String, _ generation: Int, _ count: Int) {
      if let run = open, run.kind == kind, run.last == generation - 1, run.count == count {
        open = (kind, run.first, generation, count)
      } else {
        close()
        open = (kind, generation, generation, count)
      }
    }
    for (origin, count) in counts {
      switch origin {
      case .real: parts.append("real:\(count)")
      case .fresh: parts.append("fresh:\(count)")
      case .generation(let generation): extend("g", generation, count)
      case .corrected(let generation): extend("c", generation, count)
      }
    }
    close()
    return parts.joined(separator: " ")
  }
}
