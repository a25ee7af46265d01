import Foundation

/// The drawing library as one script, made by `launch/vega`. It is not part of this repository or of
/// the program: it is made from the system's packages and put into every page.
public struct VegaBundle: Sendable {
  /// The script, free of the text `</script`.
  public let script: String

  public init(script: String) { self.script = script }

  /// Reads the file that `OUROBOROS_VEGA` names, else `vega/vega.min.js` in a folder above the program:
  /// SwiftPM's build folder.
  ///
  /// - Throws: `ReportError.noVega`, `.unreadableVega`.
  public static func find(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    program: String = "/proc/self/exe"
  ) throws(ReportError) -> VegaBundle {
    if let path = environment["OUROBOROS_VEGA"], !path.isEmpty {
      guard let bundle = read(path) else { throw .unreadableVega(path: path) }
      return bundle
    }
    var folder = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
    var searched: [String] = []
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("vega/vega.min.js").path
      if let bundle = read(candidate) { return bundle }
      // Above the build folder nothing is expected; naming it all would bury the one that counts.
      if folder.lastPathComponent == ".build" { searched.append(candidate) }
      folder.deleteLastPathComponent()
    }
    if searched.isEmpty { searched.append(".build/vega/vega.min.js beside the program") }
    throw .noVega(searched: searched)
  }

  private static func read(_ path: String) -> VegaBundle? {
    guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else { return nil }
    return VegaBundle(script: String(decoding: data, as: UTF8.self))
  }
}
