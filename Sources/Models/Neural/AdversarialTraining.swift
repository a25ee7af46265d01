import Engine
import Randomness

/// The steps of a Wasserstein GAN's fit: some of the critic on real samples and fresh noise, then one of
/// the generator (Arjovsky et al. 2017, algorithm 1; Gulrajani et al. 2017, algorithm 1).
struct AdversarialTraining {
  let settings: AdversarialSettings
  let programs: AdversarialPrograms
  var batches: Minibatches
  /// The key of all noise.
  let noise: RandomKey

  /// Samples drawn from the training set in one generator step, whose classes the generator is told.
  private var generatorDraws: Int { settings.classes > 0 ? settings.batch : 0 }

  mutating func resume(after done: Int) throws {
    try batches.skip(
      to: settings.criticSteps(before: done) * settings.batch + done * generatorDraws)
  }

  mutating func step(_ index: Int, _ log: inout TrainingLog, poll: () throws -> Void) throws {
    let key = noise.folding(UInt64(index))
    let part = programs.part
    let critic = programs.critic
    for repetition in 0..<settings.criticSteps(in: index) {
      try batches.next(settings.batch)
      if settings.constraint == .clip, settings.clipsBefore { programs.clip(settings.clip) }
      let stepKey = key.folding(UInt64(repetition + 1))
      try critic.run(
        prepare: { program, shard in
          batches.copy(rows: shard * part..<(shard + 1) * part, into: program)
          program.setKey(stepKey.shard(shard))
        }, poll: poll)
      try critic.requireFinite("the critic", step: index)
      log.record("critic", critic.value("loss"), step: index)
      log.record("distance", critic.value("distance"), step: index)
      if settings.constraint == .gradientPenalty {
        log.record("penalty", critic.value("penalty"), step: index)
      }
      log.record("critic gradient", critic.gradientNorm, step: index)
    }
    if generatorDraws > 0 { try batches.next(settings.batch) }
    let generator = programs.generator
    let generatorKey = key.folding(0)
    try generator.run(
      prepare: { program, shard in
        if program.hasInput("labels") {
          _ = program.integerInput("labels").update(
            fromContentsOf: batches.batchLabels[shard * part..<(shard + 1) * part])
        }
        program.setKey(generatorKey.shard(shard))
      }, poll: poll)
    try generator.requireFinite("the generator", step: index)
    log.record("generator", generator.value("loss"), step: index)
    log.record("generator gradient", generator.gradientNorm, step: index)
  }
}
