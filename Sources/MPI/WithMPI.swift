internal import CMPI
import Foundation

/// An error that says with which exit code the program should end.
public protocol ExitCodeProviding: Error {
  var exitCode: Int32 { get }
}

/// The exit code of an error that names none: an internal error.
public let internalErrorExitCode: Int32 = 70

/// Runs the body as one rank of the job, between the start and the end of MPI.
///
/// Called once per process, on the main thread: MPI cannot be started twice, and only the thread
/// that started it may call it. Without a launcher the job has one rank.
///
/// An error that leaves the body never reaches the caller: the others may be waiting for this rank
/// in a collective, and to finish MPI would be to wait for them. Instead it is printed once, with
/// host and rank, and the whole job ends with the error's exit code (`ExitCodeProviding`), 70
/// where it names none. For the same reason the body must not call `exit`: return the code.
/// - Returns: what the body returns, after MPI has ended on all ranks.
public func withMPI<Result>(_ body: (Communicator) throws -> Result) -> Result {
  if !MPIEnvironment.isLaunched {
    // One rank by itself needs no daemon of the launcher beside it; an explicit choice stands.
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0)
  }
  do {
    let world = try start()
    let result = try body(world)
    try check(cmpi_finalize(), "MPI_Finalize")
    return result
  } catch {
    abort(after: error)
  }
}

private func start() throws(MPIError) -> Communicator {
  var provided: Int32 = 0
  try check(cmpi_init_thread(Int32(MPI_THREAD_FUNNELED), &provided), "MPI_Init_thread")
  // Communicators made later inherit this; the default would end the job inside the library.
  try check(cmpi_return_errors(cmpi_comm_world()), "MPI_Comm_set_errhandler")
  guard provided >= Int32(MPI_THREAD_FUNNELED) else {
    throw MPIError(call: "MPI_Init_thread (needs MPI_THREAD_FUNNELED)", code: MPI_ERR_OTHER)
  }
  if MPIEnvironment.isLaunched { sendAtOnceToTheLauncher() }
  return try Communicator.world()
}

private func abort(after error: any Error) -> Never {
  let code = (error as? any ExitCodeProviding)?.exitCode ?? internalErrorExitCode
  let host = ProcessInfo.processInfo.hostName
  let rank = worldRank().map { "rank \($0)" } ?? "before MPI was started"
  // One write, so that lines of other ranks do not come between.
  FileHandle.standardError.write(Data("ouroboros: \(rank) on \(host): \(error)\n".utf8))
  if worldRank() != nil { _ = cmpi_abort(cmpi_comm_world(), code) }
  exit(code)
}
