import Engine
import Randomness

/// The last layer of a critic: a linear score, to which the projection of the features on a vector of
/// the sample's class is added where there are classes (Miyato & Koyama 2018, equation 3).
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

  /// Features [B, features] and one-hot labels [B, K] → scores [B, 1].
  func callAsFunction(_ features: Tensor, labels: Tensor?, weight: Tensor?) -> Tensor {
    let plain = score(features, weight: weight)
    guard let embedding, let labels else { return plain }
    let rows = labels.matmul(features.graph.value(of: embedding.weight))  // [B, features]
    return plain + (rows * features).sum(along: [1])
  }
}
