import Foundation

/// `manifest.json`: what produced the numbers. Written by the coordinator when a session begins.
public struct RunManifest: Codable, Sendable, Equatable {
  /// One start of the command on this run.
  public struct Session: Codable, Sendable, Equatable {
    /// ISO 8601, UTC.
    public var started: String
    public var ranks: Int
    public var hosts: [String]
    public var command: [String]

    public init(started: String, ranks: Int, hosts: [String], command: [String]) {
      self.started = started
      self.ranks = ranks
      self.hosts = hosts
      self.command = command
    }
  }

  public var format = RunDirectory.format
  /// The SHA-256 of `plan.json`.
  public var plan: String
  /// That of the plan that is about to take its place; a crash may come between the two files.
  public var nextPlan: String?
  /// The CRC-32 of `results.sqlite` at the end of the last session; absent while one runs or after a kill.
  public var database: String?
  /// The bytes of each segment at the end of the last session; absent as above.
  public var segments: [String: Int]?
  /// Of the file itself; see `RunDirectory.write`.
  var checksum: String?
  /// What the bits depend on besides the plan: instruction set, OpenBLAS core, precision, versions.
  public var numerics: [String: String]
  /// Everything else worth knowing: compiler, MPI library, CPU.
  public var environment: [String: String]
  public var sessions: [Session]

  public init(
    plan: String, numerics: [String: String], environment: [String: String], sessions: [Session]
  ) {
    self.plan = plan
    self.numerics = numerics
    self.environment = environment
    self.sessions = sessions
  }

  /// What differs in `numerics`, as `key: ours, theirs`, sorted; resuming is bit-identical only if
  /// empty.
  public func numericsDifferences(from other: RunManifest) -> [String] {
    Set(numerics.keys).union(other.numerics.keys).sorted().compactMap { key in
      let (ours, theirs) = (numerics[key] ?? "absent", other.numerics[key] ?? "absent")
      return ours == theirs ? nil : "\(key): \(ours), \(theirs)"
    }
  }
}

/// `status.json`: how far the run is, for `status` and `watch`.
public struct RunStatus: Codable, Sendable, Equatable {
  public enum State: String, Codable, Sendable { case running, stopped, finished }

  public var state: State
  /// Chains by `ChainStatus.rawValue`.
  public var chains: [String: Int]
  public var generationsCommitted: Int
  public var generationsPlanned: Int
  /// Of this session.
  public var elapsedSeconds: Double
  /// Estimate; absent before there is a rate.
  public var remainingSeconds: Double?
  public var ranks: Int
  /// ISO 8601, UTC.
  public var updated: String
  /// What an attentive reader should know, one sentence each.
  public var warnings: [String]
  /// The fits in hand that take long; absent where there are none.
  public var fits: [FitStatus]?

  public init(
    state: State, chains: [String: Int], generationsCommitted: Int, generationsPlanned: Int,
    elapsedSeconds: Double, remainingSeconds: Double?, ranks: Int, updated: String,
    warnings: [String] = [], fits: [FitStatus]? = nil
  ) {
    self.state = state
    self.chains = chains
    self.generationsCommitted = generationsCommitted
    self.generationsPlanned = generationsPlanned
    self.elapsedSeconds = elapsedSeconds
    self.remainingSeconds = remainingSeconds
    self.ranks = ranks
    self.updated = updated
    self.warnings = warnings
    self.fits = fits
  }
}

/// How far a worker has come in a fit of many steps.
public struct FitStatus: Codable, Sendable, Equatable {
  /// The worker's rank.
  public var rank: Int
  public var cell: String
  public var seed: Int
  public var generation: Int
  /// Of `steps`.
  public var step: Int
  public var steps: Int
  /// What the last step minimised; absent where it is not finite.
  public var loss: Double?

  public init(
    rank: Int, cell: String, seed: Int, generation: Int, step: Int, steps: Int, loss: Double?
  ) {
    self.rank = rank
    self.cell = cell
    self.seed = seed
    self.generation = generation
    self.step = step
    self.steps = steps
    self.loss = loss
  }
}

/// A line of `failures.jsonl`: a chain that diverged or failed, and how to repeat it.
public struct FailureRecord: Codable, Sendable, Equatable {
  public var cell: String
  public var seed: Int
  public var generation: Int
  public var status: ChainStatus
  public var message: String
  public var host: String
  public var rank: Int
  /// The command that runs this chain alone.
  public var command: String

  public init(
    cell: String, seed: Int, generation: Int, status: ChainStatus, message: String, host: String,
    rank: Int, command: String
  ) {
    self.cell = cell
    self.seed = seed
    self.generation = generation
    self.status = status
    self.message = message
    self.host = host
    self.rank = rank
    self.command = command
  }
}

extension RunDirectory {
  public func write(_ status: RunStatus) throws { try publish(json: status, as: "status.json") }

  /// - Throws: `ResultsError.missing`, `.malformed`.
  public func readStatus() throws -> RunStatus { try decode(RunStatus.self, "status.json") }

  /// Appends failures, one line each, and waits for the disk.
  public func append(_ records: [FailureRecord]) throws {
    guard !records.isEmpty else { return }
    let file = try AppendFile(path: failures)
    for record in records { file.buffer.append(contentsOf: try record.line()) }
    try file.sync()
  }

  /// The failures recorded so far; none where there is no file. A torn last line is left out.
  public func readFailures() throws -> [FailureRecord] {
    try failureLines().enumerated().map { index, record in
      guard let record else {
        throw ResultsError.malformed(path: failures, line: index + 1, reason: "not a failure record")
      }
      return record
    }
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    let bytes = try contents(of: name)
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw ResultsError.malformed(path: file(name), line: 0, reason: "\(error)")
    }
  }
}
