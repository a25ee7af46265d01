import Foundation
import TestSupport
import Testing

@testable import Report

/// The page in a browser: every chart drawn, nothing on the console, nothing asked of the network.
@Suite(
  .serialized,
  .enabled(if: Browser.program != nil, "chromium is not on the search path: install chromium"),
  .enabled(if: bundle != nil, "there is no drawing library: run launch/vega"))
struct BrowserTests {
  @Test(arguments: [(1280, false), (1280, true), (400, false), (400, true)])
  func everyChartIsDrawn(width: Int, isDark: Bool) throws {
    try withTemporaryDirectory { folder in
      let run = try SmallRun("\(folder)/run")
      let report = try writeReport(of: run.directory, vega: try #require(bundle))
      try Self.openDetails(report.path)
      let visit = try Browser.visit(report.path, width: width, isDark: isDark, profile: "\(folder)/profile")
      #expect(visit.console == [])
      #expect(visit.charts("failed") == 0)
      #expect(visit.charts("drawn") == report.charts)
      // Vega's own output: lines of the curves, labels as text.
      #expect(visit.document.components(separatedBy: "<path").count > 100)
      #expect(!visit.document.contains("<script>alert"))
    }
  }

  /// The policy holds: a script added to the page does not run, and the console says so.
  @Test func anAddedScriptDoesNotRun() throws {
    try withTemporaryDirectory { folder in
      let run = try SmallRun("\(folder)/run")
      let report = try writeReport(of: run.directory, vega: try #require(bundle))
      let page = try String(contentsOfFile: report.path, encoding: .utf8)
      try page.replacingOccurrences(
        of: "</main>", with: "<script>document.title = 'changed'</script></main>"
      ).write(toFile: report.path, atomically: true, encoding: .utf8)
      let visit = try Browser.visit(report.path, width: 800, isDark: false, profile: "\(folder)/profile")
      #expect(!visit.document.contains("<title>changed"))
      #expect(visit.console.contains { $0.contains("Content Security Policy") })
    }
  }

  /// Folded parts are opened, so that what is in them comes into view.
  static func openDetails(_ path: String) throws {
    let page = try String(contentsOfFile: path, encoding: .utf8)
    try page.replacingOccurrences(of: "<details", with: "<details open").write(
      toFile: path, atomically: true, encoding: .utf8)
  }
}

/// The drawing library as `launch/vega` makes it.
private let bundle: VegaBundle? = {
  let built = Launch.packageRoot.appendingPathComponent(".build/vega/vega.min.js").path
  if let found = try? VegaBundle.find() { return found }
  return try? VegaBundle.find(environment: ["OUROBOROS_VEGA": built])
}()
