import Laws
import Models
import Options
import Randomness
import Samples
import Testing

/// What every model must do, whatever it is: run over each registry entry, and over models defined in
/// tests.
///
/// The model is tried on small samples of every space; it must accept at least one. `count` samples are
/// fitted and drawn.
public func checkModelConformance(
  _ model: any GenerativeModel.Type, options: [String: OptionValue] = [:], count: Int = 48,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try ModelConformance.check(model, options: options, count: count, sourceLocation)
}

private enum ModelConformance {
  static let spaces: [SampleSpace] = [
    .vectors(dimension: 1), .vectors(dimension: 3), .images(channels: 1, height: 2, width: 3),
    .categories(count: 6), .regression(dimension: 3), .tokens(contexts: 3, vocabulary: 4),
  ]

  static func check<Model: GenerativeModel>(
    _: Model.Type, options: [String: OptionValue], count: Int, _ location: SourceLocation
  ) throws {
    let values = try OptionValues(options, specs: Model.component.options)
    #expect(!Model.component.name.isEmpty && !Model.component.summary.isEmpty)
    var accepted = 0
    for space in spaces {
      do {
        _ = try Model(options: values, space: space)
      } catch let error as ComponentError {
        #expect(error.component == Model.component.name, sourceLocation: location)
        continue
      }
      accepted += 1
      let check = SpaceConformance<Model>(
        options: values, space: space, count: count, location: location)
      try check.determinism()
      try check.samples()
      try check.generations()
      try check.nonFinite()
      try check.statistics()
    }
    #expect(accepted > 0, "\(Model.component.name) accepts no space", sourceLocation: location)
  }
}

/// The checks in one space.
private struct SpaceConformance<Model: GenerativeModel> {
  let options: OptionValues
  let space: SampleSpace
  let count: Int
  let location: SourceLocation
  let key = RandomKey(seed: 20_240_716)

  var title: Comment { "\(Model.component.name) on \(space.description)" }

  func real(_ seed: UInt64 = 1) -> SampleSet {
    exampleSamples(in: space, count: count, key: key.folding(.realData).folding(seed))
  }

  func training(_ parts: [SampleSet], _ model: Model) -> TrainingSet<Model.Statistics> {
    var provenance = Provenance()
    var merged: Model.Statistics?
    for part in parts {
      provenance.append(part.provenance)
      guard let summary = model.summarize(part) else { continue }
      if merged == nil { merged = summary } else { merged?.merge(summary) }
    }
    return TrainingSet(space: space, provenance: provenance, parts: parts, statistics: merged)
  }

  func fitted(_ parts: [SampleSet]? = nil) throws -> Model {
    var model = try Model(options: options, space: space)
    let report = try model.fit(training(parts ?? [real()], model), key: key.folding(.fit))
    for (name, value) in report.values {
      #expect(!name.isEmpty && value.isFinite, title, sourceLocation: location)
    }
    return model
  }

  func request(
    _ count: Int, seed: UInt64 = 1, bias: Double = 1, values: Bool = true
  ) -> SampleRequest {
    SampleRequest(
      count: count, bias: bias, key: key.folding(.sample).folding(seed), generation: 3,
      needsValues: values, real: real())
  }

  /// The same keys give the same samples; another key gives others.
  func determinism() throws {
    let first = try fitted()
    let second = try fitted()
    let a = try #require(first.synthesize(request(count)).samples, title, sourceLocation: location)
    let b = try #require(second.synthesize(request(count)).samples, title, sourceLocation: location)
    let c = try #require(
      first.synthesize(request(count, seed: 2)).samples, title, sourceLocation: location)
    #expect(
      a.reals.map(\.bitPattern) == b.reals.map(\.bitPattern) && a.indices == b.indices, title,
      sourceLocation: location)
    #expect(a.reals != c.reals || a.indices != c.indices, title, sourceLocation: location)
  }

  /// Count, space, provenance and range, for no samples, as many as real ones, and biased ones.
  func samples() throws {
    let model = try fitted()
    for (wanted, bias) in [(0, 1.0), (count, 1), (2 * count, 0.25)] {
      let drawn = try #require(
        model.synthesize(request(wanted, bias: bias)).samples, title, sourceLocation: location)
      #expect(drawn.count == wanted && drawn.space == space, title, sourceLocation: location)
      #expect(
        drawn.provenance == Provenance(.generation(3), count: wanted), title,
        sourceLocation: location)
      let isFinite = drawn.reals.allSatisfy(\.isFinite)
      #expect(isFinite, title, sourceLocation: location)
      switch space {
      case .categories(let categories):
        let isInside = drawn.indices.allSatisfy { (0..<Int32(categories)).contains($0) }
        #expect(isInside, title, sourceLocation: location)
      case .tokens(let contexts, let vocabulary):
        for (position, index) in drawn.indices.enumerated() {
          let bound = Int32(position % 2 == 0 ? contexts : vocabulary)
          #expect((0..<bound).contains(index), title, sourceLocation: location)
        }
      case .vectors, .images, .regression: break
      }
    }
  }

  /// Three generations on its own samples, and one on real and synthetic samples together.
  func generations() throws {
    var model = try fitted()
    for generation in 1...3 {
      let drawn = try #require(
        model.synthesize(request(count, seed: UInt64(10 + generation))).samples, title,
        sourceLocation: location)
      _ = try model.fit(training([drawn], model), key: key.folding(UInt64(generation)))
    }
    let drawn = try #require(
      model.synthesize(request(count)).samples, title, sourceLocation: location)
    _ = try fitted([real(), drawn])
  }

  /// A sample that is not finite is refused by name.
  func nonFinite() throws {
    guard !space.isDiscrete else { return }
    for bad in [Double.nan, .infinity] {
      var poisoned = real()
      poisoned.reals[poisoned.reals.count / 2] = bad
      do {
        _ = try fitted([poisoned])
        Issue.record("\(bad) was accepted: \(title)", sourceLocation: location)
      } catch FitError.notFinite(let quantity) {
        #expect(!quantity.isEmpty, title, sourceLocation: location)
      }
    }
  }

  /// Merged statistics are those of the concatenation; a synthesis carries the statistics of its
  /// samples, the same bits with and without values.
  func statistics() throws {
    let model = try fitted()
    let parts = [real(1), real(2), real(3)]
    guard let whole = model.summarize(.concatenating(parts)) else { return }
    let merged = try #require(training(parts, model).statistics, title, sourceLocation: location)
    expectClose(numbers(in: merged), numbers(in: whole), to: 1e-12)
    let with = try model.synthesize(request(count))
    let without = try model.synthesize(request(count, values: false))
    let statistics = try #require(with.statistics, title, sourceLocation: location)
    let alone = try #require(without.statistics, title, sourceLocation: location)
    #expect(
      numbers(in: statistics).map(\.bitPattern) == numbers(in: alone).map(\.bitPattern), title,
      sourceLocation: location)
    let samples = try #require(with.samples, title, sourceLocation: location)
    let summary = try #require(model.summarize(samples), title, sourceLocation: location)
    expectClose(numbers(in: statistics), numbers(in: summary), to: 1e-10)
  }

  private func expectClose(_ actual: [Double], _ expected: [Double], to tolerance: Double) {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    TestSupport.expectClose(
      actual, expected, relative: tolerance, absolute: tolerance * scale, sourceLocation: location)
  }
}

/// Every number in a value, in the order of its stored properties.
private func numbers(in value: Any) -> [Double] {
  switch value {
  case let number as Double: [number]
  case let number as Int: [Double(number)]
  case let list as [Double]: list
  default: Mirror(reflecting: value).children.flatMap { numbers(in: $0.value) }
  }
}
