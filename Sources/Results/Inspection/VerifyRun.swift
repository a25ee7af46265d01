/// A chain of the plan.
public struct PlannedChain: Sendable, Equatable {
  public let cell: String
  public let seed: Int
  public let generations: Int
  /// The generations whose samples and whose models are kept.
  public let samples: [Int]
  public let models: [Int]

  public init(cell: String, seed: Int, generations: Int, samples: [Int] = [], models: [Int] = []) {
    self.cell = cell
    self.seed = seed
    self.generations = generations
    self.samples = samples
    self.models = models
  }
}

/// What `verifyRun` found.
public struct VerifyReport: Sendable, Equatable {
  /// Damage: checksums that do not match, contradictions, rows that differ. Empty for a sound run.
  public var problems: [String] = []
  /// What is still to be done, e.g. chains without all generations; running again completes it.
  public var unfinished: [String] = []
  public var segments = 0
  public var records = 0
  public var bytes = 0
  /// Bytes of interrupted last lines, which a resume cuts off.
  public var tornBytes = 0
  public var chains: [ChainStatus: Int] = [:]
  public var generations = 0
  /// Metric rows of the database that were compared with the segments.
  public var rowsCompared = 0

  public var isSound: Bool { problems.isEmpty }
  /// Sound, and every planned chain has an outcome that is in the database.
  public var isComplete: Bool { isSound && unfinished.isEmpty }
}

/// Checks a run: every checksum, every planned chain with the files it keeps, the plan and the manifest, and
/// the database against the segments.
///
/// - Throws: `ResultsError.io` where a file cannot be read at all. Damage is reported, not thrown.
public func verifyRun(_ run: RunDirectory, planned: [PlannedChain]) throws -> VerifyReport {
  let index = try RunIndex(reading: run)
  var report = VerifyReport()
  for segment in index.segments {
    report.segments += 1
    report.records += segment.blocks
    report.bytes += segment.bytes
    report.tornBytes += segment.tornBytes
    report.problems += segment.damaged.map(\.description)
    if segment.tornBytes > 0 {
      report.unfinished.append(
        "\(segment.path): the last \(segment.tornBytes) bytes are an interrupted write")
    }
  }
  report.problems += index.conflicts.map(\.description)
  account(index, planned, &report)
  try checkRecords(run, index, &report)
  try checkKeptFiles(run, index, planned, &report)
  do throws(ResultsError) {
    try compareDatabase(run, index, planned, &report)
  } catch .missing {
    report.unfinished.append("\(run.database): not there; running again writes it")
  } catch where error.isInterruptedCommit {
    report.unfinished.append("\(run.database): an interrupted commit; running again undoes it")
  } catch {
    report.problems.append("\(error)")
  }
  return report
}

/// Every planned chain against its records, and records of chains that are not planned.
private func account(_ index: RunIndex, _ planned: [PlannedChain], _ report: inout VerifyReport) {
  var unplanned = Set(index.chains.keys)
  for chain in planned {
    let key = ChainKey(cell: chain.cell, seed: chain.seed)
    unplanned.remove(key)
    let name = "cell \(chain.cell), seed \(chain.seed)"
    let (generations, status) = index.progress(cell: chain.cell, seed: chain.seed)
    report.chains[status, default: 0] += 1
    report.generations += generations
    if generations > chain.generations {
      report.problems.append("\(name): \(generations) generations, \(chain.generations) planned")
    } else if status == .done && generations < chain.generations {
      report.problems.append(
        "\(name): done with \(generations) of \(chain.generations) generations")
    } else if status == .pending || status == .running {
      report.unfinished.append(
        "\(name): \(status.rawValue), \(generations) of \(chain.generations) generations")
    }
    if let waiting = index.chains[key]?.waiting, let first = waiting.map(\.firstGeneration).min() {
      report.unfinished.append(
        "\(name): generations \(generations)..<\(first) are missing before later ones")
    }
  }
  for key in unplanned.sorted() {
    report.problems.append("cell \(key.cell), seed \(key.seed): has records but is not planned")
  }
}
