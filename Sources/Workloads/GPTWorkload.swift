import Engine
import Networks
import Options
import Randomness

/// `gpt-char`, `gpt-bpe`, `opt125m-step`: transformers that predict the next token. AdamW 3·10⁻⁴, β
/// (0.9, 0.95), weight decay 0.1 on matrices.
public struct GPTWorkload: Workload {
  static let batch = Option.integer(
    "batch", in: 1...65_536, unit: "sequences", default: 32, help: "Sequences a step.")
  static let layers = Option.integer("layers", in: 1...1_000, default: 6, help: "Blocks.")
  static let heads = Option.integer("heads", in: 1...1_000, default: 6, help: "Heads of attention.")
  static let width = Option.integer(
    "width", in: 1...65_536, default: 192, help: "Width of a position; a multiple of heads.")
  static let block = Option.integer(
    "block", in: 1...65_536, unit: "tokens", default: 64, help: "Length of a sequence.")
  static let vocabulary = Option.integer(
    "vocabulary", in: 1...10_000_000, default: 96, help: "Number of tokens.")
  static let activation = Option.choice(
    "activation", LanguageModel.Activation.allCases.map(\.rawValue), default: "gelu",
    help: "Between the two layers of a block.")

  public static let component = Component(
    name: "gpt", summary: "A decoder-only transformer with a tied embedding.",
    source: "Radford et al. 2019",
    options: [
      batch.spec, layers.spec, heads.spec, width.spec, block.spec, vocabulary.spec, activation.spec,
    ])

  let model: LanguageModel
  let batch, length, vocabulary: Int
  let key: RandomKey

  public var variables: [Variable] { model.variables }

  public init(options: OptionValues, key: RandomKey) throws {
    let (width, heads) = (options[Self.width], options[Self.heads])
    guard width % heads == 0 else {
      throw ComponentError(Self.component.name, "the width \(width) is no multiple of \(heads) heads")
    }
    (batch, length, vocabulary) = (
      options[Self.batch], options[Self.block], options[Self.vocabulary]
    )
    self.key = key
    model = LanguageModel(
      layers: options[Self.layers], heads: heads, width: width, positions: length,
      vocabulary: vocabulary,
      activation: LanguageModel.Activation(rawValue: options[Self.activation]) ?? .gelu, key: key)
  }

  public func training(_ options: ProgramOptions) throws -> Routine {
    let optimiser = Optimiser(
      rule: .adamW(beta1: 0.9, beta2: 0.95, weightDecay: 0.1), variables: variables,
      learningRate: 3e-4, hasDecay: { $0.shape.count >= 2 })
    let (read, next) = sequences()
    let phase = try Routine.Phase(
      options: options,
      prepare: { program, number in
        read.copy(number, into: program.integerInput("tokens"))
        next.copy(number, into: program.integerInput("targets"))
      }
    ) { graph in
      let tokens = graph.input("tokens", [batch * length], .int32)
      let targets = graph.input("targets", [batch * length], .int32)
      let loss = model.loss(tokens, targets: targets, length: length)
      return (["loss": loss], optimiser.updates(minimising: loss))
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.fit))
  }

  /// Sequences and the same one position further on, [batch, length] a batch.
  private func sequences() -> (BatchPool<Int32>, BatchPool<Int32>) {
    let count = BatchPool<Int32>.batches * batch
    let text = SyntheticData.tokens(
      count, length: length + 1, vocabulary: vocabulary, key: key.folding(.realData))
    func rows(from start: Int) -> BatchPool<Int32> {
      BatchPool(
        (0..<count).flatMap { row in
          let first = row * (length + 1) + start
          return text[first..<first + length]
        })
    }
    return (rows(from: 0), rows(from: 1))
  }

  /// Draws whole sequences, token by token with a cache of keys and values.
  public func sampling(_ options: ProgramOptions) throws -> Routine? {
    let caches = model.blocks.map { $0.attention.cache(batch: batch, capacity: length) }
    let phase = try Routine.Phase(
      options: options, repetitions: length,
      prepare: { program, number in continuing(program, position: number % length) }
    ) { graph in
      let tokens = graph.input("tokens", [batch], .int32)
      let position = graph.input("position", [1], .int32)
      let (logits, updates) = model.continuing(tokens, at: position, caches: caches)
      // The first token whose sum of shares up to it exceeds a uniform number: as many as do not.
      let sums = logits.softmax().cumulativeSum(along: 1)  // [B, V]
      let below = sums .<= graph.random(.uniform, [batch, 1])
      let drawn = below.sum(along: [1]).minimum(Float(vocabulary - 1)).reshaped([batch])
      return (["tokens": drawn.cast(to: .int32)], updates)
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.sample))
  }

  /// Gives the program the tokens that it drew last; a sequence begins with token 0.
  private func continuing(_ program: Program, position: Int) {
    let input = program.integerInput("tokens")
    let drawn = program.integerOutput("tokens")
    for sequence in input.indices { input[sequence] = position == 0 ? 0 : drawn[sequence] }
    program.integerInput("position")[0] = Int32(position)
  }
}
