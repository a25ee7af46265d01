/// Quantiles by linear interpolation between order statistics (type 7 of Hyndman and Fan, American
/// Statistician 50, 1996; the default of NumPy and R): h = (n − 1)p,
/// x₍⌊h⌋₎ + (h − ⌊h⌋)(x₍⌊h⌋₊₁₎ − x₍⌊h⌋₎).
///
/// - Parameters:
///   - values: At least one finite value; reordered.
///   - probabilities: In [0, 1], ascending.
/// - Complexity: O(n · log of the number of probabilities) on average: selection, no full sort.
public func quantiles(
  _ values: inout [Double], _ probabilities: [Double]
) -> [Double] {
  precondition(!values.isEmpty, "no values")
  return values.withUnsafeMutableBufferPointer { buffer in
    var low = 0
    return probabilities.map { probability in
      precondition(probability >= 0 && probability <= 1, "probability \(probability)")
      let h = Double(buffer.count - 1) * probability
      let rank = Int(h)
      // What lies before an earlier rank stays there.
      select(rank, in: buffer, from: min(low, rank))
      low = rank
      let fraction = h - Double(rank)
      guard fraction > 0 else { return buffer[rank] }
      var above = buffer[rank + 1]
      for index in (rank + 1)..<buffer.count { above = min(above, buffer[index]) }
      return interpolate(buffer[rank], above, fraction)
    }
  }
}

/// low + fraction · (high − low), from the nearer end, so that the result lies between them.
func interpolate(_ low: Double, _ high: Double, _ fraction: Double) -> Double {
  fraction < 0.5 ? low + fraction * (high - low) : high - (1 - fraction) * (high - low)
}

/// Puts the value of a rank in its place, smaller ones before it and larger ones after it, given
/// that everything before `start` is not larger than everything from there on. Hoare's selection
/// with the median of three, then insertion sort.
func select(_ rank: Int, in values: UnsafeMutableBufferPointer<Double>, from start: Int = 0) {
  var low = start
  var high = values.count - 1
  while high - low > 12 {
    let middle = low + (high - low) / 2
    if values[middle] < values[low] { values.swapAt(middle, low) }
    if values[high] < values[low] { values.swapAt(high, low) }
    if values[high] < values[middle] { values.swapAt(high, middle) }
    let pivot = values[middle]
    var i = low
    var j = high
    while i <= j {
      while values[i] < pivot { i += 1 }
      while pivot < values[j] { j -= 1 }
      if i <= j {
        values.swapAt(i, j)
        i += 1
        j -= 1
      }
    }
    if rank <= j {
      high = j
    } else if rank >= i {
      low = i
    } else {
      return
    }
  }
  guard low < high else { return }
  for index in (low + 1)...high {
    let value = values[index]
    var hole = index
    while hole > low && values[hole - 1] > value {
      values[hole] = values[hole - 1]
      hole -= 1
    }
    values[hole] = value
  }
}
