import Foundation
import Results

/// A run at one moment, as `status` and `watch` show it.
public struct RunSnapshot: Sendable {
  /// A cell with its chains and curves.
  public struct Cell: Sendable {
    public var id: String
    /// See `StudyPlan.labels`.
    public var label: String
    public var progress: CellProgress
    /// All generations of its chains.
    public var planned: Int
    /// By metric.
    public var curves: [String: MedianCurve]
  }

  public var study: String
  /// Nil before the coordinator has written `status.json`.
  public var status: RunStatus?
  /// Seconds since the coordinator last wrote; from this machine's clock, so it may be off by what
  /// the clocks differ.
  public var silentSeconds: Double
  public var chains: [ChainStatus: Int]
  public var generationsCommitted: Int
  public var generationsPlanned: Int
  /// In the order of the plan.
  public var cells: [Cell]
  /// Generations of a chain.
  public var generations: Int
  /// The metrics of the curves.
  public var metrics: [String]
  /// What was asked for and is not there, or why the figures do not come from the database.
  public var notes: [String]
  /// The last ones, oldest first.
  public var failures: [FailureRecord]

  /// Whether nothing more will come of this session.
  public var isOver: Bool { status.map { $0.state != .running } ?? false }

  public var chainCount: Int { chains.values.reduce(0, +) }
  public var finishedChains: Int { chains.reduce(0) { $0 + ($1.key.isFinal ? $1.value : 0) } }
  public var failedChains: Int { chains[.failed, default: 0] + chains[.diverged, default: 0] }

  /// Generations a second of this session; nil before there is a rate, and once it is over.
  public var generationsPerSecond: Double? {
    guard let status, status.state == .running, let left = status.remainingSeconds, left > 0
    else { return nil }
    let rate = Double(status.generationsPlanned - status.generationsCommitted) / left
    return rate > 0 && rate.isFinite ? rate : nil
  }

  /// Seconds until the end at the session's rate; nil where there is none.
  public var remainingSeconds: Double? {
    generationsPerSecond.map { Double(generationsPlanned - generationsCommitted) / $0 }
  }

  /// A writer that says nothing for longer than this is worth a word; it writes every 2 s, but a rank
  /// that is alone writes between two instructions of a fit.
  private static let silenceSeconds = 30.0

  /// Sentences that an attentive reader should know, the coordinator's own first.
  public var warnings: [String] {
    var lines = status?.warnings ?? []
    if let status, status.state == .running, silentSeconds > Self.silenceSeconds {
      lines.append(
        "nothing new for \(Progress.duration(silentSeconds)): if the job is gone, run the same command "
          + "again to continue")
    }
    return lines + notes
  }
}
