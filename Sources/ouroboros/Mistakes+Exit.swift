import ArgumentParser
import Foundation
import Study

/// Runs `body`; an error is printed on the standard error, one line a mistake, and becomes the exit code
/// of its kind.
func reportingMistakes<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let exit as ExitCode {
    throw exit
  } catch {
    throw failure("\(error)", exitCode(of: error))
  }
}

/// Prints a message on the standard error and gives the exit to throw.
func failure(_ message: String, _ code: Int32) -> ExitCode {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  return ExitCode(code)
}
