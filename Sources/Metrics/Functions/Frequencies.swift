import Laws
import Samples

/// A sample whose index lies outside its space.
public struct IndexOutOfRange: Error, Sendable, CustomStringConvertible {
  public let index: Int
  public let count: Int
  public var description: String { "sample index \(index) of \(count)" }
}

/// The frequencies of categories: the categorical law of a set; NaN everywhere for the empty set.
///
/// - Throws: `IndexOutOfRange`.
public func categoryFrequencies(
  _ indices: [Int32], categories: Int
) throws(IndexOutOfRange) -> CategoricalLaw {
  var counts = [Double](repeating: 0, count: categories)
  for index in indices {
    guard index >= 0, index < categories else {
      throw IndexOutOfRange(index: Int(index), count: categories)
    }
    counts[Int(index)] += 1
  }
  let total = Double(indices.count)
  return CategoricalLaw(probabilities: counts.map { $0 / total })
}

/// The token frequencies after each context. A context that does not occur has a row of zeros and
/// probability zero.
///
/// - Parameter indices: [samples×2], context first.
/// - Throws: `IndexOutOfRange`.
public func tokenFrequencies(
  _ indices: [Int32], contexts: Int, vocabulary: Int
) throws(IndexOutOfRange) -> TokenLaw {
  let rows = indices.count / 2
  var seen = [Double](repeating: 0, count: contexts)
  var tokens = [Double](repeating: 0, count: contexts * vocabulary)
  for row in 0..<rows {
    let context = Int(indices[2 * row])
    let token = Int(indices[2 * row + 1])
    guard context >= 0, context < contexts else {
      throw IndexOutOfRange(index: context, count: contexts)
    }
    guard token >= 0, token < vocabulary else {
      throw IndexOutOfRange(index: token, count: vocabulary)
    }
    seen[context] += 1
    tokens[context * vocabulary + token] += 1
  }
  for context in 0..<contexts where seen[context] > 0 {
    for token in 0..<vocabulary { tokens[context * vocabulary + token] /= seen[context] }
  }
  return TokenLaw(
    contexts: contexts, vocabulary: vocabulary,
    contextProbabilities: seen.map { $0 / Double(rows) }, tokenProbabilities: tokens)
}
