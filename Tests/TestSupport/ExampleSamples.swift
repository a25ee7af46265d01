import Randomness
import Samples

/// Samples of any space with some structure: shifted and correlated vectors, uneven categories, a noisy
/// linear response.
public func exampleSamples(in space: SampleSpace, count: Int, key: RandomKey) -> SampleSet {
  var stream = RandomStream(key: key)
  let origin = Provenance(.real, count: count)
  switch space {
  case .vectors, .images:
    var values: [Double] = []
    for _ in 0..<count {
      let common = stream.normal()
      for column in 0..<space.width {
        values.append(Double(column) + 0.5 * common + (1 + 0.1 * Double(column)) * stream.normal())
      }
    }
    return SampleSet(space: space, reals: values, provenance: origin)
  case .regression(let dimension):
    var values: [Double] = []
    for _ in 0..<count {
      var response = 0.3 * stream.normal()
      for column in 0..<dimension {
        let input = stream.normal()
        response += Double(column + 1) * input
        values.append(input)
      }
      values.append(response)
    }
    return SampleSet(space: space, reals: values, provenance: origin)
  case .categories(let categories):
    let values = (0..<count).map { _ in
      Int32(min(stream.integer(below: categories), stream.integer(below: categories)))
    }
    return SampleSet(space: space, indices: values, provenance: origin)
  case .tokens(let contexts, let vocabulary):
    var values: [Int32] = []
    for _ in 0..<count {
      let context = stream.integer(below: contexts)
      values.append(Int32(context))
      values.append(Int32((context + stream.integer(below: 2)) % vocabulary))
    }
    return SampleSet(space: space, indices: values, provenance: origin)
  }
}
