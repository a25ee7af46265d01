import Options
import Randomness

/// A family of workloads with some of its options fixed, under a name of its own.
public struct NamedWorkload: Sendable {
  public let name: String
  public let family: any Workload.Type
  /// Options that differ from the family's defaults.
  public let settings: [String: OptionValue]

  init(_ name: String, _ family: any Workload.Type, _ settings: [String: OptionValue] = [:]) {
    self.name = name
    self.family = family
    self.settings = settings
  }

  /// The model before training.
  ///
  /// - Parameter changes: further options, which prevail.
  /// - Throws: `OptionError` or `ComponentError` for options that do not fit.
  public func make(
    _ changes: [String: OptionValue] = [:], key: RandomKey = RandomKey(seed: 7)
  ) throws -> any Workload {
    let given = settings.merging(changes) { $1 }
    return try family.init(
      options: OptionValues(given, specs: family.component.options), key: key)
  }
}

/// What `bench train` and `bench sample` know. Adding a family is a file and a line here.
public enum WorkloadRegistry {
  /// Families by themselves, with their defaults.
  public static let families: [NamedWorkload] =
    ([
      VAEWorkload.self, WGANWorkload.self, DDPMWorkload.self, GPTWorkload.self, RealNVPWorkload.self,
      DenseWorkload.self, ConvolutionalWorkload.self,
    ] as [any Workload.Type]).map { NamedWorkload($0.component.name, $0) }

  /// The fixed workloads of the published figures. `Tests/Peers` has the same in PyTorch.
  public static let fixed: [NamedWorkload] = [
    NamedWorkload("vae-mlp", VAEWorkload.self),
    NamedWorkload("wgan-clip-mlp", WGANWorkload.self, ["penalised": .flag(false)]),
    NamedWorkload("wgan-gp-mlp", WGANWorkload.self),
    NamedWorkload("wgan-gp-conv", WGANWorkload.self, ["networks": .text("conv")]),
    NamedWorkload("ddpm-unet", DDPMWorkload.self),
    NamedWorkload("gpt-char", GPTWorkload.self),
    NamedWorkload(
      "gpt-bpe", GPTWorkload.self,
      [
        "layers": .integer(4), "heads": .integer(4), "width": .integer(128),
        "vocabulary": .integer(8_192),
      ]),
    NamedWorkload(
      "opt125m-step", GPTWorkload.self,
      [
        "layers": .integer(12), "heads": .integer(12), "width": .integer(768),
        "vocabulary": .integer(50_272), "batch": .integer(8), "activation": .text("relu"),
      ]),
    NamedWorkload("realnvp", RealNVPWorkload.self),
  ]

  public static var all: [NamedWorkload] { fixed + families }

  /// The workload of a name.
  ///
  /// - Throws: `ComponentError` with the names nearest to one that is unknown.
  public static func named(_ name: String) throws(ComponentError) -> NamedWorkload {
    if let found = all.first(where: { $0.name == name }) { return found }
    let near = nearest(to: name, in: all.map(\.name))
    throw ComponentError(
      name,
      "no such workload" + (near.first.map { "; did you mean '\($0)'?" } ?? "")
        + " (valid: \(all.map(\.name).joined(separator: ", ")))")
  }
}
