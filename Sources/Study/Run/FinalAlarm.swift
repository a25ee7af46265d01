import Glibc

/// Ends the process when MPI cannot be finished: `MPI_Finalize` waits for every rank, also for one that is
/// stopped or cut off. All results are written by then.
enum FinalAlarm {
  static func set(seconds: Double) {
    signal(SIGALRM) { _ in
      // Nothing but calls that are safe in a signal handler.
      let message: StaticString =
        "ouroboros: MPI did not end: a rank is stopped, stuck or cut off; all results are written\n"
      _ = write(2, message.utf8Start, message.utf8CodeUnitCount)
      _exit(75)
    }
    alarm(UInt32(min(max(seconds, 1), 1e6)))
  }
}
