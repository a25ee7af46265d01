import Engine
import Networks
import Foundation
import Options
import Randomness

/// `ddpm-unet`: a denoising diffusion model (Ho et al. 2020) of images in [-1, 1] with labels, Adam
/// 2·10⁻⁴. Time t counts 0..<1000; β grows in a line from 10⁻⁴ to 0.02.
public struct DDPMWorkload: Workload {
  static let batch = Option.integer(
    "batch", in: 1...65_536, unit: "images", default: 64, help: "Images a step.")
  static let side = Option.integer(
    "side", in: 1...256, unit: "pixels", default: 7, help: "A quarter of the side of an image.")
  static let channels = Option.integer(
    "channels", in: 2...4_096, default: 32, help: "Channels at full resolution; twice as many below.")
  static let groups = Option.integer(
    "groups", in: 1...4_096, default: 8, help: "Groups of the normalisations.")
  static let embedding = Option.integer(
    "embedding", in: 1...65_536, default: 128, help: "Width of the embedding of time and label.")

  public static let component = Component(
    name: "ddpm", summary: "A denoising diffusion model with a small conditional U-Net.",
    source: "Ho et al. 2020",
    options: [batch.spec, side.spec, channels.spec, groups.spec, embedding.spec])

  static let steps = 1_000
  static let classes = 10

  let model: DenoisingNetwork
  let batch, side: Int
  let key: RandomKey

  public var variables: [Variable] { model.variables }

  public init(options: OptionValues, key: RandomKey) throws {
    let (channels, groups) = (options[Self.channels], options[Self.groups])
    guard channels % groups == 0, channels % 2 == 0 else {
      throw ComponentError(
        Self.component.name, "\(channels) channels in \(groups) groups: an even multiple is needed")
    }
    (batch, side) = (options[Self.batch], 4 * options[Self.side])
    self.key = key
    model = DenoisingNetwork(
      channels: (channels, 2 * channels), embedding: options[Self.embedding], classes: Self.classes,
      groups: groups, key: key)
  }

  /// β of every time.
  static var noiseShares: [Double] {
    (0..<steps).map { 1e-4 + (0.02 - 1e-4) * Double($0) / Double(steps - 1) }
  }

  /// The share a_t of the image's variance that is left at every time: Π (1 − β).
  static var keptShares: [Double] {
    var kept = 1.0
    return noiseShares.map { share in
      kept *= 1 - share
      return kept
    }
  }

  public func training(_ options: ProgramOptions) throws -> Routine {
    let optimiser = Optimiser(rule: .adam(), variables: variables, learningRate: 2e-4)
    let count = BatchPool<Float>.batches * batch
    let data = key.folding(.realData)
    let images = BatchPool(
      SyntheticData.spots(count, side: side, from: -1, to: 1, key: data.folding(0)))
    let classes = BatchPool(
      SyntheticData.labels(count, below: Self.classes, key: data.folding(1)))
    let phase = try Routine.Phase(
      options: options,
      prepare: { program, number in
        images.copy(number, into: program.input("x"))
        classes.copy(number, into: program.integerInput("labels"))
      }
    ) { graph in
      let loss = loss(
        graph.input("x", [batch, side, side, 1]), labels: graph.input("labels", [batch], .int32))
      return (["loss": loss], optimiser.updates(minimising: loss))
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.fit))
  }

  /// The mean squared error of the predicted noise in x_t (Ho et al. 2020, equation 14) of images x
  /// [B, H, W, 1], at random times.
  private func loss(_ x: Tensor, labels: Tensor) -> Tensor {
    let graph = x.graph
    let time = (graph.random(.uniform, [batch]) * Float(Self.steps)).floor()
    let noise = graph.random(.normal, x.shape)
    /// The values of a table [steps] at the times, [B, 1, 1, 1].
    func atTime(_ table: [Double]) -> Tensor {
      graph.constant(table.map(Float.init), [Self.steps]).gathered(at: time.cast(to: .int32))
        .reshaped([batch, 1, 1, 1])
    }
    let kept = Self.keptShares
    let noisy =
      atTime(kept.map { $0.squareRoot() }) * x + atTime(kept.map { (1 - $0).squareRoot() }) * noise
    return model(noisy, time: time, labels: labels).meanSquaredError(noise)
  }

  /// One step back in time of a batch of images (Ho et al. 2020, algorithm 2), of which a sample takes
  /// 1,000: x ← (x − β/√(1 − a_t)·ε(x, t))/√(1 − β) + √β·noise.
  public func sampling(_ options: ProgramOptions) throws -> Routine? {
    let image = Variable("image", [batch, side, side, 1], isTrainable: false)
    SyntheticData.fillNormals(image.values, key: key.folding(.sample))
    let classes = SyntheticData.labels(batch, below: Self.classes, key: key.folding(.sample))
    let (shares, kept) = (Self.noiseShares, Self.keptShares)
    let phase = try Routine.Phase(
      options: options,
      prepare: { program, number in
        let t = Self.steps - 1 - number % Self.steps
        _ = program.integerInput("labels").update(fromContentsOf: classes)
        program.input("time")[0] = Float(t)
        let numbers = program.input("coefficients")
        numbers[0] = Float(shares[t] / (1 - kept[t]).squareRoot())
        numbers[1] = Float(1 / (1 - shares[t]).squareRoot())
        numbers[2] = t == 0 ? 0 : Float(shares[t].squareRoot())
      }
    ) { graph in
      let coefficients = graph.input("coefficients", [3])
      func coefficient(_ index: Int) -> Tensor {
        coefficients.sliced(along: 0, from: index, count: 1).reshaped([])
      }
      let x = graph.value(of: image)
      let predicted = model(
        x, time: graph.input("time", []).broadcast(to: [batch]),
        labels: graph.input("labels", [batch], .int32))
      let next =
        (x - coefficient(0) * predicted) * coefficient(1)
        + coefficient(2) * graph.random(.normal, x.shape)
      return (["samples": next], [.assign(image, next)])
    }
    return Routine(
      [phase], samples: Double(batch) / Double(Self.steps), key: key.folding(.sample))
  }
}
