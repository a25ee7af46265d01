import Randomness
import Testing

@Test func benchmarkNamesEachKindOnce() {
  let figures = RandomnessBenchmark.run()
  #expect(figures.count >= 15)
  #expect(Set(figures.map(\.name)).count == figures.count)
  for figure in figures {
    #expect(figure.perSecond > 1000, "\(figure.name)")
    print("\(figure.name): \(figure.perSecond) a second")
  }
}
