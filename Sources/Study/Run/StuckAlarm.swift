import Glibc

/// Ends the process when a collective call of MPI takes too long: at the start and the end of a job all
/// ranks wait for each other, also for one that is stopped or cut off, and nothing else can be done
/// meanwhile.
enum StuckAlarm {
  static func set(seconds: Double) {
    signal(SIGALRM) { _ in
      // Nothing but calls that are safe in a signal handler.
      let message: StaticString =
        "ouroboros: MPI waits for a rank that is stopped, stuck or cut off (--silence-seconds); run again to continue from the last commit\n"
      _ = write(2, message.utf8Start, message.utf8CodeUnitCount)
      _exit(75)
    }
    alarm(UInt32(min(max(seconds, 1), 1e6)))
  }

  static func cancel() { alarm(0) }
}
