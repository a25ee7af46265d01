internal import CMPI
import Glibc

/// The pauses of a loop that waits for another process to write to shared memory: short at first, then
/// others that want the core get it.
public struct SpinWait {
  private var turns = 0

  public init() {}

  public mutating func pause() {
    turns += 1
    if turns < 1_000 { cmpi_spin_hint() } else { sched_yield() }
  }
}
