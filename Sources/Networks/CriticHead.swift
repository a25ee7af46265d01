import Engine
import Randomness

/// The last layer of a critic: a linear score, to which the projection of the features on a vector of
/// the sample's class is added where there are classes (Miyato & Koyama 2018, equation 3). A spectrally
/// normalised critic divides the table of these vectors too, as they do: otherwise its slope had no bound.
struct CriticHead {
  let score: Linear
  /// [K, features]: `critic.embedding.weight`.
  let embedding: Embedding?

  var variables: [Variable] { score.variables + (embedding?.variables ?? []) }

  init(_ score: Linear, classes: Int, key: RandomKey) {
    self.score = score
    let features = score.weight.shape[1]
    embedding =
      classes == 0
      ? nil
      : Embedding(
        "critic.embedding", rows: classes, width: features,
        initialisation: .uniform(bound: 1 / Float(features).squareRoot()), key: key)
  }

  /// What is spectrally normalised.
  var weights: [Variable] { [score.weight] + (embedding.map { [$0.weight] } ?? []) }

  /// Features [B, features] and one-hot labels [B, K] → scores [B, 1].
  ///
  /// - Parameter weights: stand in for `weights`; empty for the variables' own.
  func callAsFunction(
    _ features: Tensor, labels: Tensor?, weights: ArraySlice<Tensor>
  ) -> Tensor {
    let plain = score(features, weight: weights.first)
    guard let embedding, let labels else { return plain }
    let table = weights.dropFirst().first ?? features.graph.value(of: embedding.weight)
    let rows = labels.matmul(table)  // [B, features]
    return plain + (rows * features).sum(along: [1])
  }
}
