import Models
import Options
import Randomness
import Samples
import Synchronization

/// A model of one file, as somebody might add one: real vectors with independent normal coordinates of
/// one common mean and spread. It counts what the loop asks of it.
struct TallyModel: GenerativeModel {
  /// How often the loop called what.
  struct Calls: Sendable, Equatable {
    var fits = 0
    var summaries = 0
    var summarised = 0
    var merges = 0
    var draws = 0
    var drawnWithValues = 0
  }

  struct Statistics: SufficientStatistics {
    var count = 0.0
    var sum = 0.0
    var squares = 0.0

    mutating func merge(_ other: Statistics) {
      TallyModel.tally?.count { $0.merges += 1 }
      count += other.count
      sum += other.sum
      squares += other.squares
    }
  }

  /// Where calls are counted: of the test that asks for it, not of those beside it.
  @TaskLocal static var tally: Tally?

  final class Tally: Sendable {
    private let calls = Mutex(Calls())
    var value: Calls { calls.withLock { $0 } }
    func count(_ change: (inout Calls) -> Void) { calls.withLock { change(&$0) } }
  }

  /// A size of training set that gives no fit; 0 for none.
  static let failing = Option<Int>.integer(
    "failing", in: 0...1000, default: 0, help: "The size of a training set that gives no fit.")
  static let component = Component(
    name: "tally", summary: "Normal coordinates with one mean and spread.", options: [failing.spec])

  private let space: SampleSpace
  private let failingSize: Int
  private var mean = 0.0
  private var deviation = 1.0
  /// Fits since the model was made: 1 after a cold start.
  private var fits = 0

  init(options: OptionValues, space: SampleSpace) throws {
    guard case .vectors = space else {
      throw ComponentError(Self.component.name, "models vectors, not \(space.description)")
    }
    self.space = space
    failingSize = options[Self.failing]
  }

  mutating func fit(_ training: TrainingSet<Statistics>, key: RandomKey) throws -> FitReport {
    Self.tally?.count { $0.fits += 1 }
    guard let statistics = training.statistics, statistics.count > 0 else {
      throw FitError.degenerate("no samples")
    }
    guard statistics.sum.isFinite else { throw FitError.notFinite(quantity: "the sum") }
    guard training.count != failingSize else { throw FitError.degenerate("too much is too much") }
    mean = statistics.sum / statistics.count
    deviation = max(0, statistics.squares / statistics.count - mean * mean).squareRoot()
    fits += 1
    return FitReport([
      ("count", statistics.count / Double(space.width)), ("sum", statistics.sum),
      ("squares", statistics.squares), ("fits", Double(fits)),
    ])
  }

  func synthesize(_ request: SampleRequest) throws -> Synthesis<Statistics> {
    Self.tally?.count {
      $0.draws += 1
      $0.drawnWithValues += request.needsValues ? 1 : 0
    }
    var stream = RandomStream(key: request.key)
    let values = (0..<request.count * space.width).map { _ in
      mean + request.bias * deviation * stream.normal()
    }
    return Synthesis(
      samples: SampleSet(space: space, reals: values, provenance: request.provenance),
      statistics: Self.statistics(of: values))
  }

  func summarize(_ samples: SampleSet) -> Statistics? {
    Self.tally?.count {
      $0.summaries += 1
      $0.summarised += samples.count
    }
    return Self.statistics(of: samples.reals)
  }

  private static func statistics(of values: [Double]) -> Statistics {
    Statistics(
      count: Double(values.count), sum: values.reduce(0, +),
      squares: values.reduce(0) { $0 + $1 * $1 })
  }
}
