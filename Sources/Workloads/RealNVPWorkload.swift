import Engine
import Networks
import Options
import Randomness

/// `realnvp`: a flow of affine couplings on points of the plane, Adam 10⁻³.
public struct RealNVPWorkload: Workload {
  static let batch = Option.integer(
    "batch", in: 1...1_000_000, unit: "points", default: 512, help: "Points a step.")
  static let couplings = Option.integer("couplings", in: 1...1_000, default: 8, help: "Couplings.")
  static let hidden = Option.integer(
    "hidden", in: 1...65_536, default: 128, help: "Width of both hidden layers of a coupling.")

  public static let component = Component(
    name: "flow", summary: "A flow of affine couplings on points of the plane.",
    source: "Dinh et al. 2017", options: [batch.spec, couplings.spec, hidden.spec])

  let model: AffineFlow
  let batch: Int
  let key: RandomKey

  public var variables: [Variable] { model.variables }

  public init(options: OptionValues, key: RandomKey) {
    batch = options[Self.batch]
    self.key = key
    model = AffineFlow(
      couplings: options[Self.couplings], hidden: options[Self.hidden], key: key)
  }

  public func training(_ options: ProgramOptions) throws -> Routine {
    let optimiser = Optimiser(rule: .adam(), variables: variables, learningRate: 1e-3)
    let pool = BatchPool(
      SyntheticData.ring(BatchPool<Float>.batches * batch, key: key.folding(.realData)))
    let phase = try Routine.Phase(
      options: options, prepare: { program, number in pool.copy(number, into: program.input("x")) }
    ) { graph in
      let loss = model.loss(graph.input("x", [batch, 2]))
      return (["loss": loss], optimiser.updates(minimising: loss))
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.fit))
  }

  public func sampling(_ options: ProgramOptions) throws -> Routine? {
    let phase = try Routine.Phase(options: options) { graph in
      (["samples": model.points(graph.random(.normal, [batch, 2]))], [])
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.sample))
  }
}
