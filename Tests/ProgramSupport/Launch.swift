import Foundation

/// Starts programs, the built `ouroboros` foremost, alone or under `mpirun`, with a time limit.
public enum Launch {
  /// The built product, beside the test bundle; the variable OUROBOROS names another one.
  public static let ouroboros: URL = {
    if let named = ProcessInfo.processInfo.environment["OUROBOROS"] { return URL(fileURLWithPath: named) }
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var folder = bundle.deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("ouroboros")
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder),
        !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: candidate.path)
      {
        return candidate
      }
      folder.deleteLastPathComponent()
    }
    fatalError("no product 'ouroboros' beside \(bundle.path): build the package first")
  }()

  /// The root of the package, for files under `launch/` and the like.
  public static let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// `mpirun` on the search path, or nil.
  public static let mpirun: URL? = program("mpirun")

  /// A program on the search path or in the administrator's folders, or nil.
  public static func program(_ name: String) -> URL? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return (path + ":/usr/sbin:/sbin").split(separator: ":")
      .map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// The arguments of `mpirun` for ranks on this machine, more than it has cores if need be.
  public static func mpirunArguments(ranks: Int, options: [String] = []) -> [String] {
    ["--oversubscribe", "--bind-to", "none", "-n", "\(ranks)"] + options
  }

  /// What ranks need in tests: leave to run as root, to share cores, one BLAS thread.
  public static let mpiEnvironment = [
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
  ]

  /// Runs `ouroboros` by itself.
  public static func ouroboros(
    _ arguments: [String], environment: [String: String] = [:], timeoutSeconds: Double = 60
  ) throws -> ProgramResult {
    try run(ouroboros, arguments, environment: environment, timeoutSeconds: timeoutSeconds)
  }

  /// Runs `ouroboros` on so many ranks.
  public static func ouroboros(
    ranks: Int, _ arguments: [String], options: [String] = [],
    environment: [String: String] = [:], timeoutSeconds: Double = 60
  ) throws -> ProgramResult {
    try start(
      ranks: ranks, arguments, options: options, environment: environment
    ).wait(timeoutSeconds: timeoutSeconds)
  }

  /// Starts `ouroboros` on so many ranks and returns at once, for tests that send signals.
  public static func start(
    ranks: Int, _ arguments: [String], options: [String] = [], environment: [String: String] = [:]
  ) throws -> RunningProgram {
    guard let mpirun else { throw LaunchError.missing("mpirun") }
    return try RunningProgram(
      mpirun, mpirunArguments(ranks: ranks, options: options) + [ouroboros.path] + arguments,
      environment: mpiEnvironment.merging(environment) { $1 })
  }

  /// Runs any program to its end.
  public static func run(
    _ executable: URL, _ arguments: [String], environment: [String: String] = [:],
    folder: URL? = nil, timeoutSeconds: Double = 60
  ) throws -> ProgramResult {
    try RunningProgram(executable, arguments, environment: environment, folder: folder)
      .wait(timeoutSeconds: timeoutSeconds)
  }
}

/// Why a program could not be started.
public enum LaunchError: Error {
  case missing(String)
}
