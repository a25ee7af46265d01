import Foundation
import TestSupport

/// Chromium without a window, for looking at a page as a reader's browser would.
enum Browser {
  /// On the search path, or nil.
  static let program: URL? = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return ["chromium", "chromium-browser", "google-chrome"].lazy
      .flatMap { name in path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/\(name)") } }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  /// What the page is after its scripts have run, and what it wrote to the console.
  struct Visit {
    let document: String
    let console: [String]
    /// Charts by their state: `drawn`, `failed`.
    func charts(_ state: String) -> Int {
      document.components(separatedBy: "data-state=\"\(state)\"").count - 1
    }
  }

  /// Opens a file in a window so tall that every chart is in view. No name resolves, so that a request
  /// would fail and be reported on the console.
  static func visit(_ path: String, width: Int, isDark: Bool, profile: String) throws -> Visit {
    guard let program else { throw LaunchError.missing("chromium") }
    var arguments = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(profile)",
      "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--no-first-run",
      "--disable-dev-shm-usage", "--window-size=\(width),40000", "--virtual-time-budget=60000",
      "--enable-logging=stderr", "--dump-dom",
    ]
    if isDark { arguments.append("--blink-settings=preferredColorScheme=0") }
    let result = try Launch.run(program, arguments + ["file://\(path)"], timeoutSeconds: 300)
    guard result.status == 0 else { throw LaunchError.missing(result.summary) }
    let console = result.errorOutput.split(separator: "\n").map(String.init)
      .filter { $0.contains("CONSOLE") }
    return Visit(document: result.output, console: console)
  }
}
