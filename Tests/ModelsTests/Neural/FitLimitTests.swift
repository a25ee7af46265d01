import Engine
import Models
import Options
import Samples
import TestSupport
import Testing

/// Fits that end by the clock, here one that is moved by hand.
@Suite struct FitLimitTests {
  /// A context whose clock shows so many seconds more after every step.
  private func context(
    _ place: CheckpointPlace = CheckpointPlace(), from start: Double = 0, secondsAStep: Double = 2,
    stopAfter steps: Int = .max
  ) -> TrainingContext {
    var context = place.context(stopAfter: steps)
    var time = start
    context.seconds = { time }
    context.progress = { _ in time += secondsAStep }
    return context
  }

  private func limited<Model: GenerativeModel>(
    _ trial: NeuralTrial<Model>, _ seconds: Double
  ) -> NeuralTrial<Model> {
    var trial = trial
    trial.options["most_seconds"] = .real(seconds)
    return trial
  }

  private func check<Model: GenerativeModel>(_ trial: NeuralTrial<Model>) throws {
    // Two seconds a step: the third one ends after six, beyond the limit.
    let (model, report) = try limited(trial, 5).fitted(context())
    #expect(try report.value("steps") == 3)
    // A fit of three steps has the same weights.
    var short = trial
    short.options["steps"] = .integer(3)
    let (other, _) = try short.fitted()
    let space = trial.samples.space
    #expect(
      try model.drawn(9, in: space).reals.map(\.bitPattern)
        == other.drawn(9, in: space).reals.map(\.bitPattern))
    // At least one step is made, and without a limit, or with time left, all of them.
    #expect(try limited(trial, 1e-9).fitted(context()).report.value("steps") == 1)
    #expect(try limited(trial, 0).fitted(context()).report.value("steps") == 12)
    #expect(try limited(trial, 25).fitted(context()).report.value("steps") == 12)
    #expect(try limited(trial, 24).fitted(context()).report.value("steps") == 12)
    #expect(try limited(trial, 22).fitted(context()).report.value("steps") == 11)
  }

  @Test func endsByTheClock() throws {
    try check(FitResumeTests.autoencoders[0].1)
    try check(FitResumeTests.adversaries[0].1)
  }

  /// The seconds of earlier processes count, whatever their clocks showed.
  @Test func resumes() throws {
    let trial = limited(FitResumeTests.adversaries[0].1, 13)
    let whole = try trial.state(context())
    let place = CheckpointPlace()
    #expect(throws: Interrupted.self) {
      try trial.fitted(context(place, from: 1e6, stopAfter: 2))
    }
    #expect(throws: Interrupted.self) {
      try trial.fitted(context(place, from: -3, stopAfter: 3))
    }
    let (model, report) = try trial.fitted(context(place, from: 77))
    #expect(try report.value("steps") == 7)
    #expect(try model.encodedState(report: report) == whole)
  }

  /// A checkpoint that says nonsense of its time is refused.
  @Test func damagedTime() throws {
    let trial = limited(FitResumeTests.adversaries[0].1, 13)
    let place = CheckpointPlace()
    #expect(throws: Interrupted.self) { try trial.fitted(context(place, stopAfter: 2)) }
    let file = try SafetensorsFile(#require(place.bytes), path: "a checkpoint")
    let others = try file.entries.filter { $0.name != "seconds" }.map { try file.tensor($0) }
    #expect(others.count == file.entries.count - 1)
    for value in [-1, .nan, .infinity] as [Double] {
      let clock = SafetensorsTensor("seconds", shape: [], .float64([value]))
      let damaged = CheckpointPlace(SafetensorsFile.encode(others + [clock], isChecked: true))
      #expect(throws: CheckpointError.self, "\(value)") { try trial.fitted(context(damaged)) }
    }
  }

  /// What is told after each step: its number, and the loss that is recorded.
  @Test func progress() throws {
    let trial = FitResumeTests.autoencoders[0].1
    var told: [FitProgress] = []
    var context = TrainingContext()
    context.progress = { told.append($0) }
    let report = try trial.fitted(context).report
    #expect(told.map(\.step) == Array(1...12) && told.allSatisfy { $0.steps == 12 })
    #expect(try Double(#require(told.first).loss) == report.value("first_loss"))
    #expect(try Double(#require(told.last).loss) == report.value("loss"))
  }
}
