import Results

/// What the command line says about a run; nothing here changes a number.
public struct RunOptions: Sendable {
  public var study: String
  public var output: String
  public var overrides: [String]
  public var maxHours: Double?
  /// How long a chain may take; nil for no limit.
  public var chainHours: Double?
  /// After how many seconds without a word a rank counts as lost.
  public var silenceSeconds: Double
  /// Only cells with ids that begin like one of these; empty for all.
  public var cells: [String]
  /// Continue although instruction set or BLAS kernels are not those the run began with.
  public var allowNumericsChange: Bool
  /// The command as typed, for the manifest.
  public var command: [String]
  /// What the numbers depend on besides the plan, for the manifest.
  public var numerics: [String: String]
  public var environment: [String: String]
  /// How the page of the run is kept up to date; nil where it is not.
  public var report: RunReport?

  public init(
    study: String, output: String, overrides: [String], maxHours: Double?,
    chainHours: Double? = nil, silenceSeconds: Double = 300, cells: [String] = [],
    allowNumericsChange: Bool, command: [String], numerics: [String: String],
    environment: [String: String], report: RunReport? = nil
  ) {
    self.study = study
    self.output = output
    self.overrides = overrides
    self.maxHours = maxHours
    self.chainHours = chainHours
    self.silenceSeconds = silenceSeconds
    self.cells = cells
    self.allowNumericsChange = allowNumericsChange
    self.command = command
    self.numerics = numerics
    self.environment = environment
    self.report = report
  }
}

/// A page that the coordinator writes again and again while a run goes on.
public struct RunReport: Sendable {
  /// Seconds between two pages at least. A page that takes long is written less often: it never takes more
  /// than a hundredth of the coordinator's time.
  public let everySeconds: Double
  public let write: @Sendable (RunDirectory) throws -> Void

  public init(everySeconds: Double, write: @escaping @Sendable (RunDirectory) throws -> Void) {
    self.everySeconds = everySeconds
    self.write = write
  }
}

/// The exit codes of the command.
public enum RunExit {
  public static let done: Int32 = 0
  public static let malformed: Int32 = 65
  public static let missing: Int32 = 66
  public static let internalError: Int32 = 70
  public static let inputOutput: Int32 = 74
  public static let stopped: Int32 = 75
  public static let studyInvalid: Int32 = 78
  public static let chainsFailed: Int32 = 80
}
