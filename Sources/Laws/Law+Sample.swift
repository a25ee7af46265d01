import Randomness
import Samples

extension Law {
  /// The space of the law's samples.
  public var space: SampleSpace {
    switch self {
    case .gaussian(let law): .vectors(dimension: law.dimension)
    case .mixture(let law): .vectors(dimension: law.dimension)
    case .kernelDensity(let law): .vectors(dimension: law.dimension)
    case .categorical(let law): .categories(count: law.probabilities.count)
    case .regression(let law): .regression(dimension: law.coefficients.count)
    case .tokens(let law): .tokens(contexts: law.contexts, vocabulary: law.vocabulary)
    }
  }

  /// `count` independent draws. A mixture labels each draw with its component.
  ///
  /// - Parameter space: the space to report; images are drawn as flat vectors.
  public func sample(
    _ count: Int, space: SampleSpace? = nil, origin: Origin, stream: inout RandomStream
  ) -> SampleSet {
    let space = space ?? self.space
    let provenance = Provenance(origin, count: count)
    switch self {
    case .gaussian(let law):
      return SampleSet(
        space: space, reals: law.sample(count, stream: &stream), provenance: provenance)
    case .mixture(let law):
      let (values, components) = law.sample(count, stream: &stream)
      return SampleSet(space: space, reals: values, labels: components, provenance: provenance)
    case .kernelDensity(let law):
      return SampleSet(
        space: space, reals: law.sample(count, stream: &stream), provenance: provenance)
    case .categorical(let law):
      let table = AliasTable(weights: law.probabilities)
      let indices = stream.categories(count, from: table)
      return SampleSet(space: space, indices: indices, provenance: provenance)
    case .regression(let law):
      return SampleSet(
        space: space, reals: law.sample(count, stream: &stream), provenance: provenance)
    case .tokens(let law):
      return SampleSet(
        space: space, indices: law.sample(count, stream: &stream), provenance: provenance)
    }
  }
}

extension KernelDensityLaw {
  /// `count` draws, [count×dimension]; the kernel's variance multiplied by `scale`.
  public func sample(_ count: Int, scale: Double = 1, stream: inout RandomStream) -> [Double] {
    let spread = bandwidth * scale.squareRoot()
    var values = [Double](repeating: 0, count: count * dimension)
    stream.fillNormals(&values)
    for row in 0..<count {
      let point = stream.integer(below: self.count)
      for column in 0..<dimension {
        values[row * dimension + column] =
          points[point * dimension + column] + spread * values[row * dimension + column]
      }
    }
    return values
  }
}

extension RegressionLaw {
  /// `count` pairs with x ~ N(0, I), [count×(dimension+1)], the response last.
  public func sample(_ count: Int, stream: inout RandomStream) -> [Double] {
    let dimension = coefficients.count
    let noise = noiseVariance.squareRoot()
    var values = [Double](repeating: 0, count: count * (dimension + 1))
    stream.fillNormals(&values)
    for row in 0..<count {
      let start = row * (dimension + 1)
      var response = noise * values[start + dimension]
      for column in 0..<dimension { response += coefficients[column] * values[start + column] }
      values[start + dimension] = response
    }
    return values
  }
}

extension TokenLaw {
  /// `count` pairs (context, token), [count×2].
  public func sample(_ count: Int, stream: inout RandomStream) -> [Int32] {
    let contextTable = AliasTable(weights: contextProbabilities)
    var tables = [AliasTable?](repeating: nil, count: contexts)
    var values: [Int32] = []
    values.reserveCapacity(2 * count)
    for _ in 0..<count {
      let context = stream.category(contextTable)
      let table =
        tables[context]
        ?? AliasTable(weights: Array(tokenProbabilities[context * vocabulary..<(context + 1) * vocabulary]))
      tables[context] = table
      values.append(Int32(context))
      values.append(Int32(stream.category(table)))
    }
    return values
  }
}
