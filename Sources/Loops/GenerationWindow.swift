/// Values by generation, of which the older ones are dropped as a chain moves on.
struct GenerationWindow<Value> {
  /// The generation of the first value.
  private var start = 0
  private var values: [Value?] = []

  subscript(generation: Int) -> Value? {
    get {
      let index = generation - start
      return values.indices.contains(index) ? values[index] : nil
    }
    set {
      guard generation >= start else { return }
      if values.isEmpty { start = generation }
      while values.count <= generation - start { values.append(nil) }
      values[generation - start] = newValue
    }
  }

  /// Forgets the values before a generation; the window never goes back there.
  mutating func drop(before generation: Int) {
    guard generation > start else { return }
    if generation - start >= values.count {
      values.removeAll(keepingCapacity: true)
    } else {
      values.removeFirst(generation - start)
    }
    start = generation
  }
}
