internal import CMPI
import Foundation

/// What is known of the MPI library and of how this process was started.
public enum MPIEnvironment {
  /// Whether `mpirun` or a scheduler started this process as one of a job's ranks.
  ///
  /// Reads the environment alone, so that a command started by itself can do without MPI, whose
  /// start takes a few tenths of a second.
  public static var isLaunched: Bool { launchedRankCount != nil }

  /// The number of ranks that the launcher announced, nil where there is none.
  ///
  /// A launcher that announces a rank without a count (PMIx under `srun`) gives the count of
  /// `SLURM_NTASKS`, or 1.
  public static var launchedRankCount: Int? {
    let variables = ProcessInfo.processInfo.environment
    for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
      if let count = variables[name].flatMap({ Int($0) }) { return count }
    }
    guard variables["PMIX_RANK"] != nil || variables["PMI_RANK"] != nil else { return nil }
    return variables["SLURM_NTASKS"].flatMap { Int($0) } ?? 1
  }

  /// The library's own description, one line. Also before MPI is started.
  public static var libraryVersion: String {
    let text = libraryText(capacity: Int(MPI_MAX_LIBRARY_VERSION_STRING)) {
      cmpi_library_version($0, $1)
    }
    return text?.split(whereSeparator: \.isNewline).first.map(String.init) ?? "unknown"
  }

  /// The version of the standard that the library follows, for example `3.1`.
  public static var standardVersion: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    guard cmpi_standard_version(&major, &minor) == MPI_SUCCESS else { return "unknown" }
    return "\(major).\(minor)"
  }

  /// The name of this node as the library tells it. Only inside `withMPI`.
  public static func processorName() throws(MPIError) -> String {
    var code: Int32 = MPI_SUCCESS
    let name = libraryText(capacity: Int(MPI_MAX_PROCESSOR_NAME)) {
      code = cmpi_processor_name($0, $1)
      return code
    }
    try check(code, "MPI_Get_processor_name")
    return name ?? ""
  }

  /// The thread support that the library granted. Only inside `withMPI`.
  public static func threadLevel() throws(MPIError) -> ThreadLevel {
    var provided: Int32 = 0
    try check(cmpi_query_thread(&provided), "MPI_Query_thread")
    return ThreadLevel(raw: provided)
  }

  /// Whether ranks that wait give their core to others (`mpi_yield_when_idle`), nil where the
  /// library has no such setting. Without it, more ranks than cores are several times slower.
  public static var yieldsWhenIdle: Bool? {
    let value = cmpi_boolean_setting("mpi_yield_when_idle")
    return value < 0 ? nil : value != 0
  }
}

/// Which threads may call MPI (MPI 4.0, section 11.6.2).
public enum ThreadLevel: String, Sendable {
  case single, funneled, serialized, multiple

  init(raw: Int32) {
    switch Int(raw) {
    case MPI_THREAD_SINGLE: self = .single
    case MPI_THREAD_FUNNELED: self = .funneled
    case MPI_THREAD_SERIALIZED: self = .serialized
    default: self = .multiple
    }
  }
}
