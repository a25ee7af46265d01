import Datasets
import Glibc
import Loops
import Options
import Samples

/// The least memory a chain needs: its real training set. What this check lets pass may still be too
/// large; what it refuses is.
enum MemoryCheck {
  /// - Throws: `ComponentError` when the training set alone does not fit into this machine's memory.
  static func check(_ cell: PreparedCell, limit: Double = memoryLimit()) throws {
    let numbers = Double(cell.dataset.count) * Double(cell.dataset.space.width)
    let bytes = numbers * (cell.dataset.space.isDiscrete ? 4 : 8)
    guard bytes > limit else { return }
    throw ComponentError(
      cell.spec.dataset.name,
      "a training set of \(cell.dataset.count) samples of \(cell.dataset.space.description) takes "
        + "\(gibibytes(bytes)), this process can have \(gibibytes(limit)): lower the number of samples")
  }

  /// Bytes this process can have at most: the machine's memory, or less where the shell set a limit.
  static func memoryLimit() -> Double {
    let physical = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
    var address = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &address) == 0 else { return physical }
    return min(physical, Double(address.rlim_cur))
  }

  private static func gibibytes(_ bytes: Double) -> String {
    let gibibytes = bytes / 1_073_741_824
    return "\(gibibytes < 10 ? (gibibytes * 10).rounded() / 10 : gibibytes.rounded()) GiB"
  }
}
