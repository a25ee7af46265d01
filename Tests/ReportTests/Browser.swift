import Foundation
import ProgramSupport
import TestSupport

/// Chromium without a window, driven by `visit.mjs`.
enum Browser {
  static let chromium = program(["chromium", "chromium-browser", "google-chrome"])
  static let node = program(["node"])

  /// What a visit found; the fields are those of the script's output.
  struct Visit: Decodable {
    let charts: Int
    /// Charts drawn before anything was scrolled.
    let atOnce: Int
    let drawn: Int
    let failed: Int
    /// Charts without a mark.
    let empty: [String]
    /// Controls that were used.
    let used: Int
    /// Pixels by which the page is wider than its window.
    let overflow: Int
    let title: String
    /// The text of the first heading.
    let text: String
    let console: [String]
    let requests: [String]

    /// Requests for anything but the page itself and what is inside it.
    var outside: [String] { requests.filter { !$0.hasPrefix("file:") && !$0.hasPrefix("data:") } }
  }

  /// Opens a page, scrolls through it, uses every control once.
  static func visit(_ page: String, width: Int, isDark: Bool, profile: String) throws -> Visit {
    guard let chromium, let node else { throw LaunchError.missing("chromium or node") }
    let script = Launch.packageRoot.appendingPathComponent("Tests/ReportTests/visit.mjs").path
    let result = try Launch.run(
      node, [script, chromium.path, page, "\(width)", isDark ? "dark" : "light", profile],
      timeoutSeconds: 280)
    guard result.status == 0 else { throw VisitError(summary: result.summary) }
    return try JSONDecoder().decode(Visit.self, from: Data(result.output.utf8))
  }

  /// The first of these programs on the search path, or nil.
  private static func program(_ names: [String]) -> URL? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return names.lazy
      .flatMap { name in path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/\(name)") } }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}

/// A visit that came to nothing.
struct VisitError: Error {
  let summary: String
}
