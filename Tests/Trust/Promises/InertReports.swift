import Foundation
import ProgramSupport

/// P20: nothing that a study, its data or a failed chain says can do anything in a report.
///
/// The same run is reported twice, with hostile and with harmless texts: the pages must have the same
/// elements with the same attributes and the same scripts, and a browser must find nothing to run and
/// nothing to ask for.
struct InertReports: Promise {
  let number = 20
  let statement = "reports are inert: no text of a study, its data or a failure becomes a script or request"

  func evidence(on bench: Bench) throws -> Evidence {
    let library = try bench.drawingLibrary()
    var evidence = Evidence()
    let hostile = try ReportedRun(HostileText.all, library, on: bench)
    let harmless = try ReportedRun(HostileText.all.indices.map { "harmless \($0)" }, library, on: bench)
    for (field, text, count) in hostile.shown {
      // Without an angle bracket it may stand in data as it is: there it is text.
      let isRaw = text.contains("<") && ReportedRun.occurrences(of: text, in: hostile.html) > 0
      evidence.record(
        "\(field) \(text)",
        isRaw ? "stands in the page as it is" : count == 0 ? "is not shown" : nil)
    }
    let (page, plain) = (PageSkeleton(hostile.html), PageSkeleton(harmless.html))
    let first = zip(page.tags, plain.tags).first { $0 != $1 }
    evidence.record(
      "elements",
      page.tags == plain.tags && page.tags.count > 100
        ? nil : "\(page.tags.count) elements, \(plain.tags.count) expected; \(first.map { "\($0.0) for \($0.1)" } ?? "")")
    evidence.record("scripts", page.scripts == plain.scripts && !page.scripts.isEmpty ? nil : "\(page.scripts.count) other scripts")
    let handlers = page.tags.flatMap { $0.split(separator: " ").dropFirst() }.filter { $0.hasPrefix("on") }
    evidence.record("handlers", handlers.isEmpty ? nil : "\(handlers)")
    let outside = page.links.filter { !$0.hasPrefix("#") && !$0.hasPrefix("data:image/") }
    evidence.record("links", outside.isEmpty ? nil : "\(outside.prefix(3))")
    guard let browser = ["chromium", "chromium-browser", "google-chrome"].lazy.compactMap({ Launch.program($0) }).first,
      let node = Launch.program("node")
    else {
      evidence.worst = "\(evidence.tried - evidence.survived) texts alive; not opened: no Chromium or Node.js here"
      return evidence
    }
    let visit = try visit(hostile.page, browser, node, on: bench)
    let (executions, requests) = try judge(visit, &evidence)
    evidence.worst =
      "\(evidence.tried - evidence.survived) texts alive; in Chromium \(executions) executions, \(requests) requests"
    return evidence
  }

  private func visit(_ page: String, _ browser: URL, _ node: URL, on bench: Bench) throws -> ProgramResult {
    let script = Launch.packageRoot.appendingPathComponent("Tests/ReportTests/visit.mjs").path
    return try Launch.run(
      node, [script, browser.path, page, "1000", "light", bench.freshPath("profile")], timeoutSeconds: 280)
  }

  private func judge(_ visit: ProgramResult, _ evidence: inout Evidence) throws -> (Int, Int) {
    guard visit.status == 0,
      let found = try JSONSerialization.jsonObject(with: Data(visit.output.utf8)) as? [String: Any],
      let console = found["console"] as? [String], let requests = found["requests"] as? [String],
      let title = found["title"] as? String, let charts = found["charts"] as? Int, let drawn = found["drawn"] as? Int
    else {
      evidence.record("browser", visit.summary)
      return (0, 0)
    }
    let outside = requests.filter { !$0.hasPrefix("file:") && !$0.hasPrefix("data:") }
    let executions = (title == "owned" ? 1 : 0) + console.count
    evidence.record("browser: title", title == "owned" || title.isEmpty ? "'\(title)'" : nil)
    evidence.record("browser: console", console.isEmpty ? nil : "\(console.prefix(3))")
    evidence.record("browser: requests", outside.isEmpty ? nil : "\(outside.prefix(3))")
    evidence.record("browser: charts", charts > 0 && drawn == charts ? nil : "\(drawn) of \(charts) drawn")
    return (executions, outside.count)
  }
}

/// A run whose every text is one of some texts, and its report.
private struct ReportedRun {
  let page: String
  let html: String
  /// Field, text, and how often it stands in the page, escaped or within data.
  var shown: [(String, String, Int)] = []

  init(_ texts: [String], _ library: String, on bench: Bench) throws {
    let folder = bench.freshPath("reported")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let run = "\(folder)/run"
    try Self.data(texts).write(to: URL(fileURLWithPath: "\(folder)/data.safetensors"))
    try Self.study(texts).write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    let result = try bench.ouroboros(["run", "\(folder)/study.yaml", "--out", run])
    guard result.status == 0 else { throw Surprise("a run with hostile texts", result) }
    let messages = try Self.plantMessages(texts, in: run)
    bench.remove("\(run)/results.sqlite")
    let again = try bench.ouroboros(["run", "\(folder)/study.yaml", "--out", run])
    guard [0, 80].contains(again.status) else { throw Surprise("a run with planted failures", again) }
    page = "\(folder)/page.html"
    let report = try bench.ouroboros(["report", run, "-o", page], environment: ["OUROBOROS_VEGA": library])
    guard report.status == 0 else { throw Surprise("the report", report) }
    html = try String(contentsOfFile: page, encoding: .utf8)
    for text in texts {
      shown.append(("notes", text, Self.count(text, in: html)))
      shown.append(("cell", text, Self.count(text, in: html)))
    }
    for (text, message) in zip(texts, messages) { shown.append(("failure", text, Self.count(message, in: html))) }
  }

  /// How often a text stands in a page as text.
  private static func count(_ text: String, in html: String) -> Int {
    occurrences(of: HostileText.escaped(text), in: html)
  }

  /// How often bytes stand in others, whatever characters they belong to.
  static func occurrences(of text: String, in html: String) -> Int {
    let (page, word) = (Data(html.utf8), Data(text.utf8))
    var count = 0
    var start = page.startIndex
    while let found = page.range(of: word, in: start..<page.endIndex) {
      count += 1
      start = found.upperBound
    }
    return count
  }

  /// One small tensor a text, named by it.
  private static func data(_ texts: [String]) throws -> Data {
    var header: [String: Any] = [:]
    var data = Data()
    for (index, text) in texts.enumerated() {
      let start = data.count
      for value in 0..<64 { withUnsafeBytes(of: Float(value * (index + 3) % 31).bitPattern.littleEndian) { data.append(contentsOf: $0) } }
      header[text] = ["dtype": "F32", "shape": [32, 2], "data_offsets": [start, data.count]]
    }
    let json = try JSONSerialization.data(withJSONObject: header)
    var file = Data()
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { file.append(contentsOf: $0) }
    return file + json + data
  }

  private static func study(_ texts: [String]) throws -> String {
    func quoted(_ text: String) throws -> String {
      // JSON is YAML, save for the line separators, which YAML wants escaped.
      let json = String(decoding: try JSONSerialization.data(withJSONObject: [text], options: [.withoutEscapingSlashes]), as: UTF8.self)
      return String(json.dropFirst().dropLast()).replacing("\u{2028}", with: "\\u2028")
    }
    let tensors = try texts.map(quoted).joined(separator: ", ")
    let published = try texts.map {
      "{metric: moments.mean_norm, generation: 1, value: 3, where: {dataset.tensor: \(try quoted($0))}}"
    }
    return """
      study: reported
      notes: \(try quoted(texts.joined(separator: " \n")))
      paper: \(try quoted(texts.joined(separator: " ")))
      dataset: {name: safetensors, path: data.safetensors}
      model: gaussian
      loop: {policy: replace}
      generations: 2
      seeds: 0..<2
      metrics: [moments]
      matrix: {dataset.tensor: [\(tensors)]}
      published: [\(published.joined(separator: ", "))]
      keep: {previews: 4}
      """
  }

  /// Makes the last record of seed 1 of each cell one of a failed chain whose message is the text.
  private static func plantMessages(_ texts: [String], in run: String) throws -> [String] {
    let path = "\(run)/segments/rank-0000.jsonl"
    var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    var index = 0
    for place in lines.indices where index < texts.count {
      guard lines[place].contains("\"seed\":1,"), lines[place].contains("\"status\":\"done\",\"message\":\"\"") else { continue }
      let message = HostileText.inJSON(texts[index])
      let body = lines[place].dropLast(18)
        .replacing("\"status\":\"done\",\"message\":\"\"", with: "\"status\":\"failed\",\"message\":\"\(message)\"")
      let digits = String(Checksum.crc32(body.utf8), radix: 16)
      lines[place] = body + ",\"crc\":\"" + String(repeating: "0", count: 8 - digits.count) + digits + "\"}"
      index += 1
    }
    guard index == texts.count else {
      throw Unplanted(description: "\(index) messages planted of \(texts.count) in \(lines.count) records")
    }
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
    return texts
  }
}

/// Records that could not be changed as a test needs it.
private struct Unplanted: Error, CustomStringConvertible {
  let description: String
}
