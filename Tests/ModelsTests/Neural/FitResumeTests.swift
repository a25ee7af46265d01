import Engine
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// A fit that is interrupted and taken up again is the fit that was not; states and checkpoints that are
/// damaged are refused.
@Suite struct FitResumeTests {
  /// 40 samples, 8 a step: 12 steps begin the third epoch.
  static let autoencoders: [(String, NeuralTrial<VAE>)] = {
    let tiny: [String: OptionValue] = [
      "width": .integer(5), "latent": .integer(2), "batch": .integer(8), "steps": .integer(12),
    ]
    func trial(
      _ samples: SampleSet = twoClouds(40), _ changes: [String: OptionValue] = [:], refreshes: Bool = false
    ) -> NeuralTrial<VAE> {
      var trial = NeuralTrial(VAE.self, tiny.merging(changes) { $1 }, samples)
      trial.refreshes = refreshes
      return trial
    }
    return [
      ("dense", trial()), ("classes", trial(twoClouds(40), ["classes": .integer(2)])),
      ("epochs of their own", trial(refreshes: true)),
      ("batches across epochs", trial(twoClouds(43), ["batch": .integer(10)], refreshes: true)),
      ("convolutional", trial(grayImages(40, channels: 2), ["width": .integer(2)])),
    ]
  }()

  static let adversaries: [(String, NeuralTrial<WGAN>)] = {
    let tiny: [String: OptionValue] = [
      "width": .integer(6), "hidden_layers": .integer(2), "latent": .integer(3),
      "batch": .integer(8), "steps": .integer(12), "critic_steps": .integer(2),
    ]
    func trial(
      _ changes: [String: OptionValue] = [:], _ samples: SampleSet = twoClouds(43),
      refreshes: Bool = false
    ) -> NeuralTrial<WGAN> {
      var trial = NeuralTrial(WGAN.self, tiny.merging(changes) { $1 }, samples)
      trial.refreshes = refreshes
      return trial
    }
    return [
      ("gradient penalty", trial()), ("clip", trial(["constraint": .text("clip")])),
      ("clip before", trial(["constraint": .text("clip"), "clip_when": .text("before")])),
      ("spectral norm", trial(["constraint": .text("spectral-norm"), "classes": .integer(2)])),
      ("boost", trial(["critic_boost": .integer(3), "steps": .integer(29)])),
      ("classes", trial(["classes": .integer(2)])),
      ("generator normalised", trial(["batch_norm": .text("generator")])),
      ("both normalised", trial(["batch_norm": .text("both"), "constraint": .text("clip")])),
      ("epochs of their own", trial(refreshes: true)),
      ("linear schedule", trial(["schedule": .text("linear")])),
      ("convolutional", trial(["width": .integer(2)], grayImages(40, channels: 2))),
    ]
  }()

  private func checkResumes<Model: GenerativeModel>(
    _ trial: NeuralTrial<Model>, stops: [Int], _ name: String
  ) throws {
    let whole = try trial.state()
    for steps in stops {
      let place = CheckpointPlace()
      #expect(throws: Interrupted.self, "\(name)") { try trial.fitted(place.context(stopAfter: steps)) }
      #expect(place.saves == 1)
      // The state holds the report, bit by bit.
      #expect(try trial.state(place.context()) == whole, "\(name) after \(steps) steps")
    }
  }

  @Test(arguments: autoencoders.indices)
  func autoencodersResume(index: Int) throws {
    let (name, trial) = Self.autoencoders[index]
    try checkResumes(trial, stops: index == 0 ? Array(0..<12) : [0, 4, 5, 11], name)
  }

  @Test(arguments: adversaries.indices)
  func adversariesResume(index: Int) throws {
    let (name, trial) = Self.adversaries[index]
    try checkResumes(
      trial, stops: index == 0 ? Array(0..<12) : name == "boost" ? [3, 25, 28] : [0, 3, 11], name)
  }

  /// Stopped after every single step, and by a process that dies between two checkpoints.
  @Test func manyInterruptions() throws {
    let trial = Self.adversaries[1].1
    let whole = try trial.state()
    let place = CheckpointPlace()
    var model = try trial.blank()
    var starts = 0
    while true {
      do {
        starts += 1
        let report = try model.fit(trial.training, key: trial.key, context: place.context(stopAfter: 1))
        #expect(try model.encodedState(report: report) == whole)
        break
      } catch is Interrupted {}
    }
    #expect(starts == 12 && place.saves == 11)

    struct Death: Error {}
    let other = CheckpointPlace()
    var asked = 0
    var context = other.context(isDue: {
      asked += 1
      return asked % 4 == 0
    })
    var polls = 0
    context.poll = {
      polls += 1
      if asked == 9 { throw Death() }
    }
    #expect(throws: Death.self) { try trial.fitted(context) }
    #expect(other.saves == 2 && polls > 9)
    #expect(try trial.state(other.context()) == whole)
  }

  // MARK: Damage

  private func interrupted<Model: GenerativeModel>(
    _ trial: NeuralTrial<Model>, after steps: Int
  ) throws -> [UInt8] {
    let place = CheckpointPlace()
    #expect(throws: Interrupted.self) { try trial.fitted(place.context(stopAfter: steps)) }
    return try #require(place.bytes)
  }

  private func isRefusal(_ error: any Error) -> Bool {
    error is SafetensorsError || error is CheckpointError || error is WeightsError
  }

  /// The bytes with one tensor replaced, or left out.
  private func changed(
    _ bytes: [UInt8], _ name: String, to tensor: SafetensorsTensor?
  ) throws -> [UInt8] {
    let file = try SafetensorsFile(bytes, path: "a checkpoint")
    _ = try #require(file.entry(name))
    let others = try file.entries.filter { $0.name != name }.map { try file.tensor($0) }
    return SafetensorsFile.encode(others + (tensor.map { [$0] } ?? []), isChecked: true)
  }

  /// A damaged checkpoint ends the fit with an error: nothing is overwritten, nothing starts again.
  @Test func damagedCheckpoints() throws {
    let trial = Self.autoencoders[0].1
    let good = try interrupted(trial, after: 7)
    var wide = trial
    wide.options["width"] = .integer(6)
    var long = trial
    long.options["steps"] = .integer(30)
    func step(_ values: SafetensorsTensor.Values) -> SafetensorsTensor {
      SafetensorsTensor("step", shape: [], values)
    }
    var damaged: [(String, [UInt8])] = [
      ("nothing", []), ("zeros", [UInt8](repeating: 0, count: good.count)),
      ("too long", good + [0]), ("another width", try interrupted(wide, after: 7)),
      ("another model", try interrupted(Self.adversaries[0].1, after: 7)),
      ("too many steps", try interrupted(long, after: 12)),
      ("no step", try changed(good, "step", to: nil)),
      ("negative", try changed(good, "step", to: step(.int64([-1])))),
      ("no number", try changed(good, "step", to: step(.float64([.nan])))),
      ("half a step", try changed(good, "step", to: step(.float64([6.5])))),
      ("no weights", try changed(good, "fc3.weight", to: nil)),
      (
        "short weights",
        try changed(good, "fc3.bias", to: SafetensorsTensor("fc3.bias", shape: [1], .float32([0])))
      ),
      (
        "short log",
        try changed(good, "log.loss", to: SafetensorsTensor("log.loss", shape: [2], .float64([0, 0])))
      ),
    ]
    for place in stride(from: good.count - 1, to: good.count * 3 / 4, by: -97) {
      var rotten = good
      rotten[place] ^= 1 << UInt8(place % 8)
      damaged.append(("bit of byte \(place)", rotten))
    }
    for part in 1..<8 { damaged.append(("cut \(part)", Array(good[..<(good.count * part / 8)]))) }
    for (name, bytes) in damaged {
      let place = CheckpointPlace(bytes)
      var model = try trial.blank()
      do {
        _ = try model.fit(trial.training, key: trial.key, context: place.context())
        Issue.record("\(name) was accepted")
      } catch {
        #expect(isRefusal(error), "\(name): \(error)")
        #expect("\(error)".contains("checkpoint"), "\(name): \(error)")
      }
      #expect(place.bytes == bytes && place.saves == 0, "\(name)")
      #expect(throws: FitError.self, "no model came of it") {
        try model.drawn(1, in: trial.samples.space)
      }
    }
    #expect(try trial.state(CheckpointPlace(good).context()) == trial.state())
  }

  // MARK: Fitted models

  private func checkState<Model: GenerativeModel>(_ trial: NeuralTrial<Model>, _ name: String) throws {
    let (model, _) = try trial.fitted()
    let report = FitReport([
      ("steps", 12), ("third", 1.0 / 3), ("nothing", .nan), ("minus", -0.0), ("end", -.infinity),
    ])
    let bytes = try #require(try model.encodedState(report: report))
    var other = try trial.blank()
    let restored = try other.restore(state: bytes)
    #expect(restored.values.map(\.name) == report.values.map(\.name))
    #expect(restored.values.map(\.value.bitPattern) == report.values.map(\.value.bitPattern))
    let space = trial.samples.space
    let (a, b) = (try model.drawn(70, in: space), try other.drawn(70, in: space))
    #expect(a.reals.map(\.bitPattern) == b.reals.map(\.bitPattern) && a.labels == b.labels, "\(name)")
    #expect(try other.encodedState(report: restored) == bytes, "\(name)")
    // A warm start goes on from either alike.
    var warm = model
    let one = try warm.fit(trial.training, key: RandomKey(seed: 2))
    let two = try other.fit(trial.training, key: RandomKey(seed: 2))
    #expect(one.values.map(\.value.bitPattern) == two.values.map(\.value.bitPattern), "\(name)")
    #expect(try warm.encodedState(report: one) == other.encodedState(report: two), "\(name)")
  }

  @Test(arguments: autoencoders.indices)
  func autoencoderStates(index: Int) throws {
    try checkState(Self.autoencoders[index].1, Self.autoencoders[index].0)
  }

  @Test(arguments: adversaries.indices)
  func adversaryStates(index: Int) throws {
    try checkState(Self.adversaries[index].1, Self.adversaries[index].0)
  }

  @Test func damagedStates() throws {
    let trial = Self.autoencoders[1].1
    let good = try trial.state()
    let file = try SafetensorsFile(good, path: "a state")
    let all = try file.entries.map { try file.tensor($0) }
    func state(_ change: (inout [String: String]) -> Void) -> [UInt8] {
      var metadata = Dictionary(uniqueKeysWithValues: file.metadata.map { ($0.key, $0.value) })
      metadata["crc32"] = nil
      change(&metadata)
      return SafetensorsFile.encode(all, metadata: metadata, isChecked: true)
    }
    var rotten = good
    rotten[good.count - 5] ^= 1
    var otherCount = good
    let place = try #require(good.indices.first { good[$0...].starts(with: Array("class_counts\":\"".utf8)) })
    otherCount[place + 15] ^= 1
    #expect(state { _ in } == good)
    let damaged: [(String, [UInt8])] = [
      ("nothing", []), ("cut", Array(good.dropLast(3))), ("header", Array(good[..<40])),
      ("no classes", try Self.autoencoders[0].1.state()),
      ("another model", try Self.adversaries[5].1.state()),
      ("one class", state { $0["class_counts"] = "40" }),
      ("no counts", state { $0["class_counts"] = nil }),
      ("bad counts", state { $0["class_counts"] = "30 x" }),
      ("no report", state { metadata in metadata = metadata.filter { !$0.key.hasPrefix("fit.") } }),
      ("bad report", state { $0["fit.1001.first_loss"] = "zz" }),
      ("a bit of a weight", rotten), ("a bit of a count", otherCount),
      ("no checksum", SafetensorsFile.encode(all, metadata: ["class_counts": ""])),
    ]
    for (name, bytes) in damaged {
      var model = try trial.blank()
      do {
        _ = try model.restore(state: bytes)
        Issue.record("\(name) was accepted")
      } catch {
        #expect(isRefusal(error) && "\(error)".contains("the state of the model"), "\(name): \(error)")
      }
      #expect(throws: FitError.self, "no model came of it") {
        try model.drawn(1, in: trial.samples.space)
      }
    }
  }
}
