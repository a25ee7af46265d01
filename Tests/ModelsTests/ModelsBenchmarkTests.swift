import Models
import Testing

/// The figures exist and are sane; run alone in a release build it prints them.
@Test func benchmarkFigures() throws {
  let figures = try ModelsBenchmark.run()
  #expect(figures.count == 18)
  for (name, value) in figures {
    print("\(name) \(value)")
    #expect(value > 0 && value.isFinite, "\(name)")
  }
}
