import MPI

/// An error that ended the whole job, with the chain that was in hand and how to try that chain alone.
struct ChainError: ExitCodeProviding, CustomStringConvertible {
  let chain: ChainPlace
  let cause: any Error
  /// The study file, or the name of the study where it is not known.
  let study: String

  var exitCode: Int32 { Study.exitCode(of: cause) }

  var description: String {
    "\(chain): \(cause)\n"
      + "To run this chain alone: \(chain.command(study: study))"
  }
}

/// A chain and how far it has come.
struct ChainPlace: Sendable, Hashable, CustomStringConvertible {
  let cell: String
  let seed: Int
  var generation: Int

  var description: String { "cell \(cell), seed \(seed), generation \(generation)" }

  /// The command that runs the chain alone, into another directory.
  func command(study: String) -> String {
    "ouroboros run \(study) --out OTHER --cell \(cell) --set 'seeds=[\(seed)]'"
  }
}

/// An error of the coordinator, where it shares a process with the worker: no chain is at fault.
struct CoordinatorError: ExitCodeProviding, CustomStringConvertible {
  let cause: any Error
  var exitCode: Int32 { Study.exitCode(of: cause) }
  var description: String { "\(cause)" }
}
