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

  /// The same kind of origin, `steps` generations later; real data have no generation.
  func advanced(by steps: Int) -> Origin {
    switch self {
    case .real, .fresh: self
    case .generation(let generation): .generation(generation + steps)
    case .corrected(let generation): .corrected(generation + steps)
    }
  }

  /// Whether the origin names a generation.
  var isSynthetic: Bool {
    switch self {
    case .real, .fresh: false
    case .generation, .corrected: true
    }
  }
}

/// The origins of a set's samples as runs, in order.
public struct Provenance: Sendable, Hashable {
  /// `repeats` consecutive generations, starting with `origin`, of `count` samples each. A set that
  /// accumulates equal shares over many generations is one run, whatever their number.
  public struct Run: Sendable, Hashable {
    public let origin: Origin
    public let count: Int
    public let repeats: Int
    /// The samples in the run.
    public var total: Int { count * repeats }
  }

  // Most sets have one run or two, which need no allocation.
  private var first: Run?
  private var second: Run?
  private var others: [Run] = []

  public init() {}

  public init(_ origin: Origin, count: Int) { append(origin, count: count) }

  public var runs: [Run] { (0..<runCount).map { run($0) } }

  private var runCount: Int { first == nil ? 0 : second == nil ? 1 : 2 + others.count }

  private func run(_ index: Int) -> Run {
    let found = index == 0 ? first : index == 1 ? second : others[index - 2]
    guard let found else { preconditionFailure("run \(index) of \(runCount)") }
    return found
  }

  private var last: Run? { others.last ?? second ?? first }

  private mutating func push(_ run: Run) {
    if first == nil {
      first = run
    } else if second == nil {
      second = run
    } else {
      others.append(run)
    }
  }

  private mutating func replaceLast(by run: Run) {
    if !others.isEmpty {
      others[others.count - 1] = run
    } else if second != nil {
      second = run
    } else {
      first = run
    }
  }

  /// Adds `count` samples of one origin at the end.
  public mutating func append(_ origin: Origin, count: Int) {
    guard count > 0 else { return }
    if let last, last.origin == origin, last.repeats == 1 {
      replaceLast(by: Run(origin: origin, count: last.count + count, repeats: 1))
    } else if let last, last.origin.isSynthetic, last.origin.advanced(by: last.repeats) == origin,
      last.count == count
    {
      replaceLast(by: Run(origin: last.origin, count: count, repeats: last.repeats + 1))
    } else {
      push(Run(origin: origin, count: count, repeats: 1))
    }
  }

  /// Adds another set's origins at the end.
  public mutating func append(_ other: Provenance) {
    if first == nil {
      self = other
      return
    }
    for index in 0..<other.runCount {
      let run = other.run(index)
      for step in 0..<run.repeats { append(run.origin.advanced(by: step), count: run.count) }
    }
  }

  /// The number of samples.
  public var count: Int {
    var total = 0
    for index in 0..<runCount { total += run(index).total }
    return total
  }

  /// Samples by origin, sorted by origin.
  public var counts: [(origin: Origin, count: Int)] {
    var totals: [Origin: Int] = [:]
    for run in runs {
      for step in 0..<run.repeats { totals[run.origin.advanced(by: step), default: 0] += run.count }
    }
    return totals.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The origins of the samples at `indices`, in that order.
  ///
  /// - Complexity: O(indices + runs) when the indices ascend, O(indices · runs) at worst.
  public func selecting(_ indices: [Int]) -> Provenance {
    var result = Provenance()
    let runs = runs
    var at = 0
    var start = 0
    for index in indices {
      if index < start {
        at = 0
        start = 0
      }
      while at < runs.count, index >= start + runs[at].total {
        start += runs[at].total
        at += 1
      }
      precondition(index >= 0 && at < runs.count, "sample \(index) of \(count)")
      result.appendOne(runs[at].origin.advanced(by: (index - start) / runs[at].count))
    }
    return result
  }

  /// Adds one sample; never joins it into a run of several generations.
  private mutating func appendOne(_ origin: Origin) {
    if let last, last.origin == origin, last.repeats == 1 {
      replaceLast(by: Run(origin: origin, count: last.count + 1, repeats: 1))
    } else {
      push(Run(origin: origin, count: 1, repeats: 1))
    }
  }

  /// A compact text, e.g. `real:100 g0..8:50 c9:7`: counts per origin, neighbouring generations with
  /// equal counts joined.
  public var summary: String {
    var summary = ""
    withSummary { summary = String(decoding: $0, as: UTF8.self) }
    return summary
  }

  /// Hands over the UTF-8 of `summary`.
  public func withSummary(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    let count = runCount
    guard (0..<count).dropFirst().allSatisfy({ run($0 - 1).origin < run($0).origin }) else {
      var sorted = Provenance()
      for (origin, count) in counts { sorted.append(origin, count: count) }
      return sorted.withText(body)
    }
    // Runs picked out of a set one by one are joined here; longer runs are joined already.
    guard count > 1,
      (0..<count).contains(where: { run($0).repeats == 1 && run($0).origin.isSynthetic })
    else { return withText(body) }
    var joined = Provenance()
    for index in 0..<count {
      let run = run(index)
      if run.repeats == 1 { joined.append(run.origin, count: run.count) } else { joined.push(run) }
    }
    return joined.withText(body)
  }

  /// The runs as text, written in place: a chain says where its samples came from every generation, and
  /// interpolated text would take as long as a small fit.
  private func withText(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    // A space, "fresh:" or a letter, "..", ":", and three numbers of 19 digits at most.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: runCount * 80) { buffer in
      var count = 0
      for index in 0..<runCount {
        let run = run(index)
        if count > 0 { Provenance.append(" ", to: buffer, &count) }
        switch run.origin {
        case .real: Provenance.append("real:", to: buffer, &count)
        case .fresh: Provenance.append("fresh:", to: buffer, &count)
        case .generation(let first): Provenance.append("g", first, run.repeats, to: buffer, &count)
        case .corrected(let first): Provenance.append("c", first, run.repeats, to: buffer, &count)
        }
        Provenance.append(run.count, to: buffer, &count)
      }
      body(UnsafeBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private static func append(
    _ word: StaticString, to buffer: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
  ) {
    for index in 0..<word.utf8CodeUnitCount { buffer[count + index] = word.utf8Start[index] }
    count += word.utf8CodeUnitCount
  }

  /// Appends `g7:` or, for several generations, `g7..9:`.
  private static func append(
    _ kind: StaticString, _ first: Int, _ repeats: Int, to buffer: UnsafeMutableBufferPointer<UInt8>,
    _ count: inout Int
  ) {
    append(kind, to: buffer, &count)
    append(first, to: buffer, &count)
    if repeats > 1 {
      append("..", to: buffer, &count)
      append(first + repeats - 1, to: buffer, &count)
    }
    append(":", to: buffer, &count)
  }

  /// Appends a number ≥ 0 in decimal.
  private static func append(
    _ value: Int, to buffer: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
  ) {
    var digits = 1
    var bound = value / 10
    while bound > 0 {
      digits += 1
      bound /= 10
    }
    var rest = value
    for place in stride(from: count + digits - 1, through: count, by: -1) {
      buffer[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += digits
  }
}
