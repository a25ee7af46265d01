extension TokenLaw {
  /// The law of the token after `context`.
  public func law(after context: Int) -> CategoricalLaw {
    CategoricalLaw(
      probabilities: Array(tokenProbabilities[context * vocabulary..<(context + 1) * vocabulary]))
  }
}
