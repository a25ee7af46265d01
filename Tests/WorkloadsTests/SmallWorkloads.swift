import Engine
import Options
import Workloads

/// Every kind of workload at a size that trains in milliseconds.
struct SmallWorkload: Sendable, CustomStringConvertible {
  let name: String
  let changes: [String: OptionValue]
  var description: String { name }

  func make() throws -> any Workload { try WorkloadRegistry.named(name).make(changes) }

  private init(_ name: String, _ changes: [String: Int], _ lists: [String: [Int]] = [:]) {
    self.name = name
    self.changes = changes.mapValues { .integer($0) }
      .merging(lists.mapValues { .list($0.map { .integer($0) }) }) { $1 }
  }

  private static let dense = ["batch": 8, "latent": 8, "side": 2, "width": 16]
  private static let convolutional = ["batch": 4, "latent": 8, "side": 2, "width": 4]
  private static let language = [
    "batch": 4, "layers": 2, "heads": 2, "width": 16, "block": 8, "vocabulary": 11,
  ]

  static let all = [
    SmallWorkload("vae-mlp", ["batch": 16, "data": 36, "hidden": 32, "latent": 4]),
    SmallWorkload("wgan-clip-mlp", dense), SmallWorkload("wgan-gp-mlp", dense),
    SmallWorkload("wgan-gp-conv", convolutional),
    SmallWorkload(
      "ddpm-unet", ["batch": 4, "side": 2, "channels": 8, "groups": 4, "embedding": 16]),
    SmallWorkload("gpt-char", language), SmallWorkload("opt125m-step", language),
    SmallWorkload("realnvp", ["batch": 32, "couplings": 4, "hidden": 16]),
    SmallWorkload("mlp", ["batch": 16], ["widths": [16, 24, 4]]),
    SmallWorkload("conv", ["batch": 8, "side": 8, "classes": 3], ["channels": [4, 8]]),
  ]
}
