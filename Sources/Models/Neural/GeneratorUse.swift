import Engine
import Networks
import Randomness
import Samples

/// The program that draws from a trained generator. Its variables are its own: an earlier generation can
/// be drawn from while the next one is trained.
final class GeneratorUse {
  static let batch = 256

  let networks: any AdversarialNetworks
  let sampling: Program
  /// √λ: what the noise is multiplied by.
  let scale: Variable

  /// - Throws: `ProgramError`.
  init(
    _ settings: AdversarialSettings, _ space: SampleSpace, _ options: ProgramOptions
  ) throws {
    networks = settings.networks(space, key: RandomKey(seed: 0))
    scale = Variable("latent_scale", [], isTrainable: false)
    let graph = Graph()
    let (z, labels) = AdversarialPrograms.noise(settings, Self.batch, graph)
    var trained: RunningValues?
    let samples = networks.generated(
      z * graph.value(of: scale), labels: labels, running: &trained)
    sampling = try Program(graph, outputs: ["samples": samples], options: options)
  }
}
