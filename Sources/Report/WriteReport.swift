import Foundation
import Results

/// What was written.
public struct ReportSummary: Sendable, Equatable {
  public let path: String
  public let bytes: Int
  public let charts: Int
}

/// Writes the page of a run, finished or in progress: one HTML file that needs nothing beside it. The
/// run's files are only read, in short transactions; the page appears at once or not at all. In the run
/// directory the sample strips of images are put beside it, `gallery/CELL.png`.
///
/// - Parameter path: `report.html` in the run directory where none is given.
/// - Throws: `ResultsError` for the run's files and the page's, `ReportError`.
/// - Complexity: one pass over the segments and over the summary.
public func writeReport(
  of run: RunDirectory, to path: String? = nil, vega: VegaBundle
) throws -> ReportSummary {
  let page = try ReportPage(RunFacts(run), vega: vega)
  let (html, charts) = try page.render()
  let bytes = Array(html.utf8)
  let isInRun = path == nil
  let path = path ?? run.file("report.html")
  try publishFile(bytes, at: path)
  if isInRun {
    let galleries = page.galleries
    if !galleries.isEmpty { try run.createDirectory("gallery") }
    for (cell, png) in galleries { try run.publish(png, as: "gallery/\(cell).png") }
  }
  return ReportSummary(path: path, bytes: bytes.count, charts: charts)
}
