import Engine

extension GraphInterpreter {
  static func reduce(_ operand: Operand, _ reduce: Reduce) -> [Bounded] {
    let shape = operand.shape.indices.map { reduce.axes.contains($0) ? 1 : operand.shape[$0] }
    var parts = [[Bounded]](repeating: [], count: shape.reduce(1, *))
    for index in indices(of: operand.shape) {
      let target = index.indices.map { reduce.axes.contains($0) ? 0 : index[$0] }
      parts[position(of: target, in: shape)].append(operand[index])
    }
    switch reduce.function {
    case .sum: return parts.map(sum)
    case .maximum: return parts.map { $0.dropFirst().reduce($0[0]) { extreme($0, $1, >) } }
    }
  }

  private static func sum(_ terms: [Bounded]) -> Bounded {
    var sum = BoundedSum()
    for term in terms { sum.add(term) }
    return sum.total(roundings: 0)
  }

  static func cumulativeSum(_ operand: Operand, _ operation: CumulativeSum) -> [Bounded] {
    indices(of: operand.shape).map { index in
      let own = index[operation.axis]
      let others = (0..<operand.shape[operation.axis]).filter { other in
        if other == own { return !operation.isExclusive }
        return operation.isReversed ? other > own : other < own
      }
      return sum(
        others.map { other in
          var source = index
          source[operation.axis] = other
          return operand[source]
        })
    }
  }

  /// table [rows, width…] at indices [n…] → [n…, width…].
  static func gather(_ table: Operand, _ places: Operand) throws -> [Bounded] {
    let rows = table.shape[0]
    let width = table.shape.dropFirst().reduce(1, *)
    return try places.elements.flatMap { place in
      let row = try checked(place, rows)
      return place.isExact
        ? Array(table.elements[row * width..<(row + 1) * width])
        : table.elements[row * width..<(row + 1) * width].map { Bounded($0.value, error: .infinity) }
    }
  }

  /// values [n…, width…] added up in the rows of [rows, width…] that indices [n…] name.
  static func scatterAdd(_ values: Operand, _ places: Operand, rows: Int) throws -> [Bounded] {
    let width = values.shape.dropFirst(places.shape.count).reduce(1, *)
    var sums = [BoundedSum](repeating: BoundedSum(), count: rows * width)
    for (number, place) in places.elements.enumerated() {
      let row = try checked(place, rows)
      for column in 0..<width {
        var value = values.elements[number * width + column]
        if !place.isExact { value = Bounded(value.value, error: .infinity) }
        sums[row * width + column].add(value)
      }
    }
    return sums.map { $0.total(roundings: 0) }
  }

  private static func checked(_ place: Bounded, _ rows: Int) throws -> Int {
    guard place.value >= 0, place.value < Double(rows) else {
      throw InterpreterError("index \(place.value) is outside 0..<\(rows)")
    }
    return Int(place.value)
  }
}
