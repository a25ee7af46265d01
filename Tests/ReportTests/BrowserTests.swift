import Foundation
import ProgramSupport
import Report
import TestSupport
import Testing

/// The page in a browser: every chart drawn, nothing on the console, nothing asked of the network.
@Suite(
  .serialized,
  .enabled(
    if: Browser.chromium != nil && Browser.node != nil,
    "chromium or node is not on the search path: install chromium and nodejs"),
  .enabled(if: bundle != nil, "there is no drawing library: run launch/vega"))
struct BrowserTests {
  @Test(arguments: [(1280, false), (400, true)])
  func everyChartIsDrawn(width: Int, isDark: Bool) throws {
    try withTemporaryDirectory { folder in
      let run = try SmallRun("\(folder)/run")
      let report = try writeReport(of: run.directory, vega: try #require(bundle))
      let visit = try Browser.visit(
        report.path, width: width, isDark: isDark, profile: "\(folder)/profile")
      #expect(visit.charts == report.charts && report.charts > 8)
      #expect(visit.drawn == report.charts)
      #expect(visit.failed == 0)
      #expect(visit.empty == [])
      // Charts further down wait until they are scrolled to.
      #expect(visit.atOnce < report.charts)
      #expect(visit.used > 20)
      #expect(visit.console == [])
      #expect(visit.outside == [])
      #expect(visit.overflow <= 0)
      // A script in a name would have run, or the name would have lost it.
      #expect(visit.text == "small\(hostileName)")
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
      let visit = try Browser.visit(
        report.path, width: 800, isDark: false, profile: "\(folder)/profile")
      #expect(visit.title != "changed")
      #expect(visit.console.contains { $0.contains("Content Security Policy") })
    }
  }
}

/// The drawing library as `launch/vega` makes it.
private let bundle: VegaBundle? = {
  let built = Launch.packageRoot.appendingPathComponent(".build/vega/vega.min.js").path
  return try? VegaBundle.find(environment: ["OUROBOROS_VEGA": built])
}()
