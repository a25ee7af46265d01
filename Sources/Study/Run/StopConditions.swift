import Glibc
import Loops
import Samples

/// When a run should stop and save: USR1, SIGINT or SIGTERM, or a time limit.
struct StopConditions: Sendable {
  private let deadline: Double?

  /// - Parameter maxHours: hours from now; `nil` for no limit.
  init(maxHours: Double?) { deadline = maxHours.map { monotonicSeconds() + 3600 * $0 } }

  /// Whether to stop; a passed deadline becomes a request that long fits see as well.
  func met() -> Bool {
    if Interruption.isRequested { return true }
    if let deadline, monotonicSeconds() >= deadline {
      Interruption.request()
      return true
    }
    return false
  }

  /// Turns the signals into requests. SIGUSR2 too: some schedulers can send nothing else.
  static func catchSignals() {
    // The first read makes the flag before a handler needs it.
    _ = Interruption.isRequested
    for number in [SIGUSR1, SIGUSR2, SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in Interruption.request() }
      action.sa_flags = SA_RESTART
      sigaction(number, &action, nil)
    }
  }
}
