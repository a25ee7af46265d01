import Loops
import Models
import Options
import Results
import Samples
import Testing

/// A store of states in memory that remembers what was asked of it.
final class KeptStates {
  var files: [String: [UInt8]] = [:]
  /// The names that were saved, one for each time.
  private(set) var saved: [String] = []
  /// The most models of generations after 0 that were there at once.
  private(set) var most = 0

  /// Fits that came to an end.
  var fits: Int { saved.count { !$0.hasSuffix(".fit.safetensors") } }
  var firstFits: Int { saved.count { $0.hasPrefix("first/") && !$0.hasSuffix(".fit.safetensors") } }
  /// All that is kept but generation 0.
  var leftOvers: [String] {
    files.keys.filter { !$0.hasPrefix("first/") || $0.hasSuffix(".fit.safetensors") }.sorted()
  }

  var store: StateStore {
    StateStore(
      load: { self.files[$0] },
      save: { name, bytes in
        self.files[name] = bytes
        self.saved.append(name)
        self.most = max(
          self.most,
          self.files.keys.count { $0.hasPrefix("chains/") && !$0.hasSuffix(".fit.safetensors") })
      },
      exists: { self.files[$0] != nil }, remove: { self.files[$0] = nil }, checkpointSeconds: 1e9)
  }
}

/// A cell with a small neural model on points of the plane.
struct NeuralBench {
  var bench: Bench

  init(_ model: any GenerativeModel.Type = VariationalAutoencoder.self) throws {
    bench = try Bench()
    bench.generations = 4
    bench.model = model
    bench.modelOptions = [
      "width": .integer(4), "latent": .integer(2), "batch": .integer(10), "steps": .integer(3),
    ]
    if model is WassersteinGAN.Type {
      bench.modelOptions["hidden_layers"] = .integer(1)
      bench.modelOptions["critic_steps"] = .integer(2)
    }
  }

  /// What several runs of one chain have recorded together, and how often they were asked to stop.
  struct Outcome {
    var recorded = Recorded(status: .pending)
    var asked = 0
    var runs = 0
    var firstsFitted = 0
  }

  /// Runs a chain to its end, a process after the other.
  ///
  /// - Parameters:
  ///   - stops: after how many questions each process but the last is told to stop; they are asked
  ///     before every generation and before every step of a fit.
  ///   - between: what happens to the states between two processes.
  func run(
    _ loop: LoopSpec, states: KeptStates?, stops: [Int] = [], between: (KeptStates) -> Void = { _ in }
  ) throws -> Outcome {
    var outcome = Outcome()
    for stop in stops + [.max] {
      guard outcome.runs == 0 || outcome.recorded.status == .running else { break }
      if outcome.runs > 0, let states { between(states) }
      let committed = outcome.recorded.rows.count
      var asked = 0
      func isTime() -> Bool {
        asked += 1
        return asked > stop
      }
      var training = TrainingContext()
      training.shouldStop = isTime
      var rows: [[Double]] = []
      let control = ChainControl(
        emit: { block in
          #expect(block.firstGeneration == committed + rows.count)
          if block.generations > 0 { outcome.recorded.metrics = block.metrics }
          let width = block.metrics.count
          for row in 0..<block.generations {
            rows.append(Array(block.values[row * width..<(row + 1) * width]))
          }
          outcome.recorded.provenance += block.provenance
          outcome.recorded.message = block.message
          outcome.recorded.status = block.status
        }, shouldStop: isTime,
        keep: { generation, samples in outcome.recorded.kept[generation] = samples },
        keepModel: { generation, state in outcome.recorded.keptModels[generation] = state },
        progress: { generation, fit in outcome.recorded.progress.append((generation, fit)) },
        training: training, states: states?.store)
      var cache = FirstGenerationCache()
      let status = try bench.prepared(loop).run(
        seed: 0, study: 7, committed: committed, cache: &cache, control: control)
      #expect(status == outcome.recorded.status)
      outcome.recorded.rows += rows
      outcome.asked = asked
      outcome.runs += 1
      outcome.firstsFitted += cache.fitted
    }
    return outcome
  }
}

/// Loops whose chains ask for different models and samples of the past.
func neuralLoops() throws -> [(name: String, loop: LoopSpec)] {
  func perEpoch(_ loop: LoopSpec) -> LoopSpec {
    var loop = loop
    loop.synthesis = .perEpoch
    return loop
  }
  let mixture: [String: OptionValue] = ["alpha": .real(0.4), "beta": .real(0.5), "gamma": .real(0.1)]
  let real: [String: OptionValue] = ["alpha": .real(0.05), "gamma": .real(0.95)]
  return [
    ("replace", try loop()), ("accumulate", try loop(policy("accumulate"))),
    ("subsample", try loop(policy("accumulate-subsample", ["size": .integer(20)]))),
    ("memory", try loop(policy("memory", ["generations": .integer(2)]))),
    ("augment", try loop(policy("augment"), real: 5)),
    ("fresh", try loop(policy("fresh"), real: 5)), ("warm", try loop(start: .warm)),
    ("base", try loop(start: .base)), ("per epoch", perEpoch(try loop())),
    ("per epoch, warm", perEpoch(try loop(start: .warm))),
    ("mixture", try loop(policy("mixture", mixture), samples: .constant(3))),
    // Most recipes ask for no model at all.
    ("mostly real", try loop(policy("mixture", real), samples: .constant(3))),
    ("corrected", try loop(corrector: corrector("ideal"))),
    ("warm memory", try loop(policy("memory", ["generations": .integer(3)]), start: .warm)),
  ]
}
