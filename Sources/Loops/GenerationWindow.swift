/// Values by generation, of which the older ones are dropped as a chain moves on.
///
/// A ring: the value of generation g stands at place g mod the number of places, so nothing moves when
/// others are dropped.
package struct GenerationWindow<Value> {
  /// The first generation that is not dropped, and the one after the last that was set.
  private var start = 0
  private var end = 0
  /// A power of two of places.
  private var places = [Value?](repeating: nil, count: 2)

  package init() {}

  package subscript(generation: Int) -> Value? {
    get {
      generation >= start && generation < end ? places[generation & (places.count - 1)] : nil
    }
    set {
      guard generation >= start else { return }
      if start == end {
        start = generation
        end = generation
      }
      while generation - start >= places.count { grow() }
      places[generation & (places.count - 1)] = newValue
      end = max(end, generation + 1)
    }
  }

  private mutating func grow() {
    var wider = [Value?](repeating: nil, count: 2 * places.count)
    for generation in start..<end {
      wider[generation & (wider.count - 1)] = places[generation & (places.count - 1)]
    }
    places = wider
  }

  /// Forgets the values before a generation; the window never goes back there.
  package mutating func drop(before generation: Int) {
    guard generation > start else { return }
    for old in start..<min(generation, end) { places[old & (places.count - 1)] = nil }
    start = generation
    end = max(end, generation)
  }
}
