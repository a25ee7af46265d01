import Foundation
import Results

/// What was written.
public struct ReportSummary: Sendable, Equatable {
  public let path: String
  public let bytes: Int
  public let charts: Int
}

/// Writes the page of a run, finished or in progress: one HTML file that needs nothing beside it. The
/// run's files are only read, in short transactions; the page appears at once or not at all.
///
/// - Parameter path: `report.html` in the run directory where none is given.
/// - Throws: `ResultsError` for the run's files and the page's, `ReportError`.
/// - Complexity: one pass over the segments and over the summary.
public func writeReport(
  of run: RunDirectory, to path: String? = nil, vega: VegaBundle
) throws -> ReportSummary {
  let (html, charts) = try ReportPage(try RunFacts(run), vega: vega).render()
  let bytes = Array(html.utf8)
  let path = path ?? run.file("report.html")
  try publishFile(bytes, at: path)
  return ReportSummary(path: path, bytes: bytes.count, charts: charts)
}
