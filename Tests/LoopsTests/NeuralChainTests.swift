import Engine
import Loops
import Metrics
import Models
import Options
import Results
import Samples
import TestSupport
import Testing

/// Chains of trained models: what they keep, and how they go on after an interruption.
@Suite struct NeuralChainTests {
  private func expectSame(
    _ outcome: NeuralBench.Outcome, _ whole: NeuralBench.Outcome, _ title: String
  ) {
    #expect(outcome.recorded.status == .done, "\(title): \(outcome.recorded.message)")
    #expect(outcome.recorded.metrics == whole.recorded.metrics, "\(title)")
    #expect(outcome.recorded.bits == whole.recorded.bits, "\(title)")
    #expect(outcome.recorded.provenance == whole.recorded.provenance, "\(title)")
  }

  /// Stopped at every point at which it is asked to, and taken up by another process.
  @Test(arguments: try! neuralLoops().indices)
  func resumes(index: Int) throws {
    let (name, loop) = try neuralLoops()[index]
    let bench = try NeuralBench()
    let whole = try bench.run(loop, states: nil)
    // Four generations of a question and three steps each.
    #expect(whole.asked == 16 && whole.recorded.rows.count == 4 && whole.runs == 1)
    #expect(whole.recorded.metrics.suffix(2) == ["first_model.latent_mean", "first_model.latent_std"])
    for stop in 0..<16 {
      let states = KeptStates()
      let resumed = try bench.run(loop, states: states, stops: [stop])
      expectSame(resumed, whole, "\(name) stopped at \(stop)")
      #expect(resumed.runs == 2 && states.fits == 4, "\(name) stopped at \(stop): \(states.saved)")
      #expect(states.leftOvers == [] && states.files.count == 1, "\(name): \(states.files.keys)")
    }
    // By many processes that do no more than two steps each.
    let states = KeptStates()
    let often = try bench.run(loop, states: states, stops: [Int](repeating: 4, count: 60))
    expectSame(often, whole, "\(name) stopped often")
    #expect(often.runs > 4 && states.fits == 4 && states.leftOvers == [], "\(name): \(often.runs)")
  }

  @Test func adversariesResume() throws {
    let bench = try NeuralBench(WassersteinGAN.self)
    for loop in [try loop(), try loop(policy("accumulate"), start: .warm)] {
      let whole = try bench.run(loop, states: nil)
      for stop in stride(from: 0, to: 16, by: 3) {
        let states = KeptStates()
        expectSame(
          try bench.run(loop, states: states, stops: [stop]), whole, "stopped at \(stop)")
        #expect(states.fits == 4 && states.leftOvers == [])
      }
    }
  }

  /// Models that the study keeps are those that the samples were drawn from, whenever the chain was
  /// interrupted; statistical models have none.
  @Test(arguments: [true, false])
  func keepsModels(isAdversarial: Bool) throws {
    var bench = try isAdversarial ? NeuralBench(WassersteinGAN.self) : NeuralBench()
    bench.bench.keepModels = [0, 3]
    bench.bench.keep = [3]
    let whole = try bench.run(loop(), states: nil).recorded
    #expect(whole.keptModels.keys.sorted() == [0, 3] && whole.keptModels[0] != whole.keptModels[3])
    let file = try SafetensorsFile(#require(whole.keptModels[3]), path: "a model")
    #expect(file.entry(isAdversarial ? "generator.fc1.weight" : "fc3.weight") != nil)
    let specs = bench.bench.model.component.options
    var model = try bench.bench.model.init(
      options: OptionValues(bench.bench.modelOptions, specs: specs), space: .vectors(dimension: 1))
    let report = try model.restore(state: #require(whole.keptModels[3]))
    #expect(report.values.first { $0.name == "steps" }?.value == 3)
    for stop in 0..<16 {
      let resumed = try bench.run(loop(), states: KeptStates(), stops: [stop])
      #expect(resumed.recorded.keptModels == whole.keptModels, "stopped at \(stop)")
    }
    bench.bench.model = Gaussian.self
    bench.bench.modelOptions = [:]
    #expect(try bench.run(loop(), states: nil).recorded.keptModels.isEmpty)
  }

  /// Fits tell how far they have come after each step.
  @Test func tellsProgress() throws {
    let bench = try NeuralBench()
    let told = try bench.run(loop(), states: nil).recorded.progress
    #expect(told.map(\.generation) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    #expect(told.map(\.fit.step) == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
    #expect(told.allSatisfy { $0.fit.steps == 3 && $0.fit.loss.isFinite })
    #expect(Set(told.map(\.fit.loss)).count == 12)
  }

  /// A loop keeps the models that it can still ask for, and no others.
  @Test func statesAreDropped() throws {
    var bench = try NeuralBench()
    bench.bench.generations = 7
    // While a model is saved the one before it is there, and those that recipes draw from.
    let most = [
      "replace": 2, "accumulate": 6, "subsample": 6, "memory": 3, "augment": 2, "fresh": 2, "warm": 2,
      "base": 2, "per epoch": 2, "per epoch, warm": 2, "mixture": 6,
      "mostly real": 2, "corrected": 2,
      "warm memory": 4,
    ]
    for (name, loop) in try neuralLoops() {
      let states = KeptStates()
      let outcome = try bench.run(loop, states: states)
      #expect(outcome.recorded.status == .done && states.fits == 7)
      #expect(states.most == most[name], "\(name): \(states.most)")
      #expect(states.leftOvers == [], "\(name)")
    }
  }

  /// Whatever is missing is fitted again.
  @Test func missingStates() throws {
    let bench = try NeuralBench()
    for (name, loop) in try neuralLoops() where ["replace", "accumulate", "warm", "memory"].contains(name) {
      let whole = try bench.run(loop, states: nil)
      // In the fit of the last generation.
      let there = KeptStates()
      _ = try bench.run(loop, states: there, stops: [14, 0])
      for missing in there.files.keys.sorted() {
        let states = KeptStates()
        let resumed = try bench.run(
          loop, states: states, stops: [14], between: { $0.files[missing] = nil })
        expectSame(resumed, whole, "\(name) without \(missing)")
        #expect(states.leftOvers == [], "\(name) without \(missing): \(states.leftOvers)")
      }
      let states = KeptStates()
      let resumed = try bench.run(
        loop, states: states, stops: [14], between: { $0.files.removeAll() })
      expectSame(resumed, whole, "\(name) without any")
      #expect(states.fits == 3 + 4, "\(name) fits all of them again")
    }
  }

  /// A model whose file goes away or is damaged ends the run with an error; nothing is recorded.
  @Test func damagedStates() throws {
    let bench = try NeuralBench()
    for bytes in [[], [UInt8](repeating: 7, count: 300)] {
      let states = KeptStates()
      #expect(throws: (any Error).self) {
        try bench.run(
          loop(), states: states, stops: [14],
          between: { states in
            for name in states.files.keys where name.hasPrefix("chains/") { states.files[name] = bytes }
          })
      }
    }
  }

  /// One fit of generation 0 for all arms: through the store, and within a process through the cache.
  @Test func armsShareTheirFirstFit() throws {
    let bench = try NeuralBench()
    let states = KeptStates()
    var cache = FirstGenerationCache()
    let arms = try neuralLoops().map(\.loop)
    let prepared = try bench.bench.prepared(arms[0])
    try prepared.runFirst(
      seed: 0, study: 7, cache: &cache,
      control: ChainControl(emit: { _ in Issue.record("a first fit records nothing") }, states: states.store))
    #expect(cache.fitted == 1 && states.firstFits == 1)
    var losses: Set<UInt64> = []
    for arm in arms {
      let outcome = try bench.run(arm, states: states)
      #expect(outcome.firstsFitted == 0, "taken from the store")
      losses.insert(try outcome.recorded.column("fit.loss")[0].bitPattern)
    }
    #expect(losses.count == 1 && states.firstFits == 1 && states.files.count == 1)
    // What a run has left that ended between keeping generation 0 and dropping its checkpoint.
    let first = try #require(states.files.keys.first)
    states.files[first.replacing(".safetensors", with: ".fit.safetensors")] = [1]
    _ = try bench.run(arms[0], states: states)
    #expect(states.files.keys.sorted() == [first])
    // Without a store the cache of a process hands it on.
    var own = FirstGenerationCache()
    for arm in arms.prefix(3) {
      _ = try bench.bench.prepared(arm).run(
        seed: 0, study: 7, committed: 0, cache: &own, control: ChainControl(emit: { _ in }))
    }
    #expect(own.fitted == 1 && own.reused == 2)
    // An interrupted first fit goes on from its checkpoint.
    let other = KeptStates()
    var training = TrainingContext()
    var asked = 0
    training.shouldStop = {
      asked += 1
      return asked > 2
    }
    var interrupted = FirstGenerationCache()
    try prepared.runFirst(
      seed: 0, study: 7, cache: &interrupted,
      control: ChainControl(emit: { _ in }, training: training, states: other.store))
    #expect(interrupted.fitted == 0 && other.firstFits == 0 && other.files.count == 1)
    asked = -1
    try prepared.runFirst(
      seed: 0, study: 7, cache: &interrupted,
      control: ChainControl(emit: { _ in }, training: training, states: other.store))
    #expect(interrupted.fitted == 1 && asked == 0, "one step was left")
    #expect(other.files == states.files)
  }

  /// A chain that diverges leaves nothing behind but generation 0.
  @Test func divergenceDropsStates() throws {
    var bench = try NeuralBench()
    bench.bench.modelOptions["classes"] = .integer(2)
    let states = KeptStates()
    // Gaussian data have no labels: generation 0 has no result.
    let outcome = try bench.run(loop(), states: states)
    #expect(outcome.recorded.status == .diverged && states.files.isEmpty)
    #expect(outcome.recorded.message.contains("labels"))

    bench.bench.modelOptions["classes"] = nil
    bench.bench.model = FailingAutoencoder.self
    // Generation 3 has 20 real and 3 · 10 synthetic samples.
    let second = try bench.run(loop(policy("accumulate")), states: states, stops: [13])
    #expect(second.recorded.status == .diverged && second.recorded.rows.count == 3)
    #expect(second.recorded.message == "too much is too much" && second.runs == 2)
    #expect(states.fits == 3 && states.most == 2)
    #expect(states.leftOvers == [] && states.files.count == 1, "\(states.files.keys)")
  }

  /// A rehearsal finds a batch that does not divide into the shards of the study.
  @Test func rehearsal() throws {
    let cell = try NeuralBench().bench.prepared(loop())
    for (shards, divides) in [(1, true), (2, true), (3, false)] {
      var cache = FirstGenerationCache()
      if divides {
        try cell.rehearse(seed: 0, study: 7, shards: shards, cache: &cache)
      } else {
        #expect(throws: ComponentError.self) {
          try cell.rehearse(seed: 0, study: 7, shards: shards, cache: &cache)
        }
      }
    }
  }

  /// What needs training in epochs, and the previous model alone.
  @Test func perEpochSynthesisIsRefused() throws {
    let bench = try NeuralBench()
    var wrong = try loop(policy("accumulate"))
    wrong.synthesis = .perEpoch
    let outcome = try bench.run(wrong, states: nil)
    #expect(outcome.recorded.status == .failed && outcome.recorded.message.contains("per-epoch"))
    let tally = try Bench()
    #expect(throws: ComponentError.self) { try tally.prepared(wrong) }
    // Every epoch has samples of its own: another chain than with stored ones.
    var anew = try loop()
    anew.synthesis = .perEpoch
    let (stored, drawn) = (
      try bench.run(loop(), states: nil), try bench.run(anew, states: nil)
    )
    #expect(stored.recorded.provenance == drawn.recorded.provenance)
    let losses = try [stored, drawn].map { try $0.recorded.column("fit.loss") }
    #expect(losses[0][0] == losses[1][0] && losses[0][1] != losses[1][1])
  }
}
