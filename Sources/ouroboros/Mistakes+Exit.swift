import ArgumentParser
import Datasets
import Foundation
import Options
import Study

/// Runs `body`; a user's mistake is printed on the standard error, one line each, and becomes the exit
/// code of its kind (64, 65, 66 or 78).
func reportingMistakes<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as StudyError {
    throw failure("\(error)", error.exitCode)
  } catch let error as PlanConflict {
    throw failure("\(error)", error.exitCode)
  } catch let error as ComponentError {
    throw failure("\(error)", 78)
  } catch let error as DataError {
    if case .missing = error { throw failure("\(error)", 66) }
    throw failure("\(error)", 65)
  }
}

/// Prints a message on the standard error and gives the exit to throw.
func failure(_ message: String, _ code: Int32) -> ExitCode {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  return ExitCode(code)
}
