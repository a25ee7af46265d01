import Foundation
import ProgramSupport

extension Bench {
  /// The library that draws the charts of a report, which `launch/vega` makes: in the package, or in the
  /// build folder of the command that is tried.
  ///
  /// - Throws: `Unavailable` where it has not been made.
  func drawingLibrary() throws -> String {
    let package = Launch.packageRoot.appendingPathComponent(".build")
    let built = Launch.ouroboros.deletingLastPathComponent().deletingLastPathComponent()
    let found = [package, built].map { $0.appendingPathComponent("vega/vega.min.js").path }
      .first { FileManager.default.fileExists(atPath: $0) }
    guard let found else { throw Unavailable("the drawing library of reports has not been made: launch/vega") }
    return found
  }
}
