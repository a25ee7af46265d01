import Glibc
import Laws
import Options
import Randomness
import Samples

/// A source of real data: a law to draw from, or files.
public protocol Dataset: Sendable {
  /// Name, summary and options.
  static var component: Component { get }

  /// Reads what must be read, once; the value is then shared by all chains of a rank.
  ///
  /// - Parameter files: where relative file names of the user's are looked up.
  /// - Throws: `DataError` for a missing or malformed file, `ComponentError` for impossible options.
  init(options: OptionValues, files: DataFiles) throws

  var space: SampleSpace { get }
  /// The size of the training set.
  var count: Int { get }
  /// The true law where it is known in closed form.
  var law: Law? { get }

  /// The real training set of one chain, [count] samples with provenance `real`. A finite data set
  /// that is used whole returns the same samples for every key.
  func training(key: RandomKey) throws -> SampleSet
  /// `count` further real samples (provenance `fresh`), independent of the training set where there
  /// is a law, otherwise drawn without replacement from the pool (with replacement once it is spent).
  func fresh(_ count: Int, key: RandomKey) throws -> SampleSet
  /// Real data held out for measuring: drawn from the law, or the files' own test part.
  func heldOut(key: RandomKey) throws -> SampleSet
}

/// Where relative file names are looked up.
public struct DataFiles: Sendable {
  /// The directory of the study file.
  public let directory: String
  public init(directory: String) { self.directory = directory }

  /// An absolute name as it is, a relative one under `directory`, `~/` under the home directory.
  public func resolve(_ name: String) -> String {
    if name.hasPrefix("/") { return name }
    if name.hasPrefix("~/"), let home = getenv("HOME") {
      return String(cString: home) + name.dropFirst(1)
    }
    return directory + "/" + name
  }
}

/// A data file that cannot be used.
public enum DataError: Error, Sendable, CustomStringConvertible {
  /// There is no such file, or it cannot be opened. Exit code 66.
  case missing(path: String, hint: String)
  /// The file is not what it should be. Exit code 65.
  case malformed(path: String, reason: String)

  public var description: String {
    switch self {
    case .missing(let path, let hint): hint.isEmpty ? "\(path): not found" : "\(path): \(hint)"
    case .malformed(let path, let reason): "\(path): \(reason)"
    }
  }
}
