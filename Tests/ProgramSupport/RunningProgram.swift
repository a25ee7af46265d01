import Foundation

/// How a program ended and what it printed.
public struct ProgramResult: Sendable {
  /// The exit status, or 128 + the signal that ended it.
  public let status: Int32
  public let output: String
  public let errorOutput: String
  /// Whether it ran into the time limit and was killed.
  public let timedOut: Bool
  /// From its start to its end.
  public let seconds: Double

  /// The lines of the standard output, without empty ones.
  public var lines: [String] { output.split(whereSeparator: \.isNewline).map(String.init) }

  /// Everything that a failed expectation should show.
  public var summary: String {
    "status \(status)\(timedOut ? " (timed out)" : "") after \(seconds) s\n"
      + "--- output\n\(output)\n--- error output\n\(errorOutput)"
  }
}

/// A program under way. What it prints goes to files, so that no full pipe can stop it.
public final class RunningProgram {
  private let process = Process()
  private let folder: URL
  private let started = ContinuousClock.now

  /// - Parameters:
  ///   - environment: in addition to this process's own, which is passed on without the variables
  ///     that an MPI launcher may have set.
  ///   - folder: where the program runs.
  public init(
    _ executable: URL, _ arguments: [String], environment: [String: String] = [:],
    folder workingFolder: URL? = nil
  ) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("ouroboros-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var variables = ProcessInfo.processInfo.environment.filter { name, _ in
      !["OMPI_", "PMIX_", "PMI_", "OUROBOROS_"].contains { name.hasPrefix($0) }
    }
    variables.merge(environment) { $1 }
    process.executableURL = executable
    process.arguments = arguments
    process.environment = variables
    process.currentDirectoryURL = workingFolder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try handle("output")
    process.standardError = try handle("error")
    // Tests run on threads that block all signals, and a program inherits that from its parent.
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  private func handle(_ name: String) throws -> FileHandle {
    let file = folder.appendingPathComponent(name)
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    return try FileHandle(forWritingTo: file)
  }

  /// The process id, `mpirun`'s under `mpirun`.
  public var identifier: Int32 { process.processIdentifier }

  public var isRunning: Bool { process.isRunning }

  /// What it has printed so far.
  public var output: String { text("output") }

  /// What it has said so far on the standard error.
  public var errorOutput: String { text("error") }

  /// Sends a signal, for example `SIGUSR1`.
  public func send(signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for a condition, looked at every 10 ms.
  ///
  /// - Returns: whether it came true in time, while the program ran.
  public func wait(timeoutSeconds: Double, until condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
    while ContinuousClock.now < deadline {
      if condition() { return true }
      guard process.isRunning else { return condition() }
      usleep(10_000)
    }
    return condition()
  }

  /// Waits for the end; past the limit the program is told to end, and then killed with all it has started.
  public func wait(timeoutSeconds: Double) -> ProgramResult {
    let inTime = wait(timeoutSeconds: timeoutSeconds) { !process.isRunning }
    if !inTime {
      let family = ProcessTable.descendants(of: identifier).map(\.identifier)
      // mpirun needs about 2 s to end its ranks.
      send(signal: SIGTERM)
      if !wait(timeoutSeconds: 4, until: { !process.isRunning }) {
        // Foundation takes a program for running as long as anything does that it has started.
        for member in family + [identifier] { kill(member, SIGKILL) }
      }
    }
    process.waitUntilExit()
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    let status = process.terminationStatus
    let result = ProgramResult(
      status: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      output: text("output"), errorOutput: text("error"), timedOut: !inTime, seconds: seconds)
    try? FileManager.default.removeItem(at: folder)
    return result
  }

  private func text(_ name: String) -> String {
    let data = (try? Data(contentsOf: folder.appendingPathComponent(name))) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }
}
