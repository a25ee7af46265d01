import Loops

/// Text to plan: libYAML, the reader with its guard, presets, the decoder with all registries, the
/// expansion of cells. What is accepted must be the same plan after being frozen and read again.
let targets: [String: FuzzTarget] = ["study": checkStudy, "plan": checkPlan, "set": checkOverride]

@Sendable private func checkStudy(_ bytes: [UInt8]) {
  do throws(StudyError) {
    checkFrozen(try StudyFile.parse(bytes, name: "fuzz.yaml", directory: "/data"))
  } catch {
    checkRefusal(error)
  }
}

@Sendable private func checkPlan(_ bytes: [UInt8]) {
  do throws(StudyError) {
    checkFrozen(try StudyPlan.decode(bytes))
  } catch {
    checkRefusal(error)
  }
}

/// The bytes as `--set` on a sound study.
@Sendable private func checkOverride(_ bytes: [UInt8]) {
  // An argument of a command holds no zero and is text for this program in any case.
  let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  do throws(StudyError) {
    checkFrozen(
      try StudyFile.parse(soundStudy, name: "sound.yaml", directory: "/data", overrides: [text]))
  } catch {
    checkRefusal(error)
  }
}

private let soundStudy = Array(
  """
  study: sound
  dataset: {name: gaussian, dimension: 2, samples: 20}
  model: kernel-density
  loop: {policy: accumulate, samples: 20, corrector: none}
  generations: 3
  seeds: 0..<2
  metrics: [moments, {name: wasserstein, method: sliced}]
  matrix: {loop.bias: [1, 0.5]}
  keep: {samples: [0, last]}
  resources: {shards: 2}
  """.utf8)

private func checkFrozen(_ plan: StudyPlan) {
  let json = plan.json
  do throws(StudyError) {
    let again = try StudyPlan.decode(Array(json.utf8))
    precondition(again.json == json, "a frozen plan differs after being read")
    precondition(again.cells.map(\.id) == plan.cells.map(\.id))
    precondition(again.seeds == plan.seeds && !again.seeds.isEmpty && !again.cells.isEmpty)
  } catch {
    fatalError("a frozen plan is refused: \(error)")
  }
}

private func checkRefusal(_ error: StudyError) {
  precondition(!error.mistakes.isEmpty && error.mistakes.count <= Mistakes.limit)
  precondition([64, 65, 78].contains(error.exitCode), "exit code \(error.exitCode)")
  for mistake in error.mistakes { requireReadable("\(mistake)") }
}
