/// The error of the check `throw`: one rank fails while the others wait for it.
public struct DeliberateFailure: ExitCodeProviding, CustomStringConvertible {
  public let exitCode: Int32

  public var description: String { "deliberate failure with exit code \(exitCode)" }

  /// Throws on one rank; the others wait in a barrier that this rank never enters.
  ///
  /// Shows that an error on one rank ends the whole job with the error's exit code.
  /// - Parameter rank: the rank that throws; without such a rank the call returns.
  public static func run(on world: Communicator, rank: Int, exitCode: Int32) throws {
    if world.rank.number == rank { throw DeliberateFailure(exitCode: exitCode) }
    try world.barrier()
  }
}
