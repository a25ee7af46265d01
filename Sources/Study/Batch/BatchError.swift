import MPI

/// Why no batch script can be written.
public enum BatchError: Error, Equatable {
  /// A value of a directive that is no plain name.
  case name(option: String, value: String)
  /// A path or an override with control characters.
  case control(what: String)
  /// A number out of range.
  case number(option: String, expected: String)
  /// A script that submits itself again has to be a file.
  case needsFile(Scheduler)
}

extension BatchError: CustomStringConvertible, ExitCodeProviding {
  public var description: String {
    switch self {
    case .name(let option, let value):
      "\(option): expected a name of letters, digits and ._@+- that begins with a letter or digit, found \(value.debugDescription)"
    case .control(let what): "\(what): has control characters"
    case .number(let option, let expected): "\(option): expected \(expected)"
    case .needsFile(let scheduler):
      "--output: a job of \(scheduler.rawValue) submits its script again, so the script has to be a file"
    }
  }

  public var exitCode: Int32 { 64 }
}
