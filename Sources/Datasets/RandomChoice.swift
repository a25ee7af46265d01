import Randomness

/// `count` of the elements in random order, without replacement: the first steps of a Fisher–Yates
/// shuffle. With `count` = all it is a random order.
///
/// - Complexity: one random number for each element chosen, and a copy of `elements`.
func chosenAtRandom<Element>(
  _ count: Int, from elements: [Element], _ stream: inout RandomStream
) -> [Element] {
  var result = elements
  stream.shuffle(&result, first: count)
  return Array(result[..<count])
}
