import Datasets
import Engine
import MPI
import Metrics
import Models
import Options
import Results
import Samples

/// The exit code of an error, by its kind; anything unknown is an internal error.
public func exitCode(of error: any Error) -> Int32 {
  switch error {
  case let error as StudyError: error.exitCode
  case let error as PlanConflict: error.exitCode
  case is NumericsChange, is UnlikeRanks, is ComponentError, is OptionError: RunExit.studyInvalid
  case let error as any ExitCodeProviding: error.exitCode
  default: RunExit.internalError
  }
}

// The codes with which an error that leaves a rank ends the whole job.
extension ResultsError: ExitCodeProviding {}

extension DataError: ExitCodeProviding {
  public var exitCode: Int32 {
    switch self {
    case .missing: RunExit.missing
    case .malformed: RunExit.malformed
    }
  }
}

extension SafetensorsError: ExitCodeProviding {
  public var exitCode: Int32 {
    switch kind {
    case .missing: RunExit.missing
    case .malformed: RunExit.malformed
    }
  }
}

extension WeightsError: ExitCodeProviding {
  public var exitCode: Int32 { RunExit.malformed }
}

extension CheckpointError: ExitCodeProviding {
  public var exitCode: Int32 { RunExit.malformed }
}

extension FeatureError: ExitCodeProviding {
  public var exitCode: Int32 { RunExit.malformed }
}

extension KeptFileSearchError: ExitCodeProviding {}

extension UnknownCell: ExitCodeProviding {}

/// A stop before any chain began.
extension Interrupted: ExitCodeProviding {
  public var exitCode: Int32 { RunExit.stopped }
}

extension CellRefusal: ExitCodeProviding {
  public var exitCode: Int32 { RunExit.studyInvalid }
}
