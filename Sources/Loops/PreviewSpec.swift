import Results
import Samples

/// Which samples of which generations are recorded to be looked at.
public struct PreviewSpec: Sendable, Hashable {
  /// Samples a generation; nil: as many as one can see at a glance, where they are there anyway.
  public let count: Int?
  /// Ascending.
  public let generations: [Int]
  public let seeds: [Int]

  /// Nothing is recorded.
  public static let none = PreviewSpec(count: 0, generations: [], seeds: [])

  public init(count: Int?, generations: [Int], seeds: [Int]) {
    self.count = count
    self.generations = generations
    self.seeds = seeds
  }

  /// A study's first seeds, and generations at equal distances, the first and the last among them.
  ///
  /// - Parameters:
  ///   - count: samples a generation; nil leaves it to the kind of data.
  ///   - generations: of the study.
  ///   - seeds: of the study, in the order written.
  public init(count: Int?, ofGenerations generations: Int, seeds: [Int]) {
    let shown = min(generations, Self.mostGenerations)
    let last = generations - 1
    self.init(
      count: count,
      generations: shown < 2 ? [0] : (0..<shown).map { $0 * last / (shown - 1) },
      seeds: Array(seeds.prefix(Self.mostSeeds)))
  }

  /// The most cells of a study for which previews are recorded unasked.
  public static let mostCells = 24
  static let mostGenerations = 12
  static let mostSeeds = 5

  func contains(seed: Int, generation: Int) -> Bool {
    count != 0 && generations.contains(generation) && seeds.contains(seed)
  }

  /// Samples to show of a space; 0 where they are nothing to look at.
  func count(in space: SampleSpace) -> Int {
    if let count { return count }
    return switch space {
    case .images: 8
    case .vectors(let dimension): dimension <= 2 ? 128 : 0
    case .categories: 256
    case .regression, .tokens: 0
    }
  }
}

extension Preview {
  /// The first samples of a set.
  ///
  /// - Parameter range: of the real data's values; images are shown within it.
  init(generation: Int, first count: Int, of set: SampleSet, range: ClosedRange<Double>) {
    let count = min(count, set.count)
    let width = set.space.width
    var shape = [count]
    switch set.space {
    case .categories: break
    case .images(let channels, let height, let width): shape += [channels, height, width]
    case .vectors, .regression, .tokens: shape.append(width)
    }
    if set.space.isDiscrete {
      self.init(generation: generation, shape: shape, indices: set.indices[..<(count * width)])
    } else if case .images = set.space {
      self.init(
        generation: generation, shape: shape, values: set.reals[..<(count * width)],
        low: range.lowerBound, high: range.upperBound)
    } else {
      self.init(generation: generation, shape: shape, values: set.reals[..<(count * width)])
    }
  }
}

extension SampleSet {
  /// Between which values an image set lies: 0...1 where that holds them all.
  var shownRange: ClosedRange<Double> {
    guard case .images = space else { return 0...1 }
    var (low, high) = (0.0, 1.0)
    for value in reals {
      low = Swift.min(low, value)
      high = Swift.max(high, value)
    }
    return low...high
  }
}
