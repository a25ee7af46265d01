import Foundation
import ProgramSupport

/// The reference library of safetensors, in Python.
struct TensorReference {
  let bench: Bench
  let version: String
  private let python: String
  private let script = Launch.packageRoot.appendingPathComponent("Tests/Trust/Reference/safetensors_reference.py").path

  /// The Python of the environment that `launch/python/check` makes, or of the system; in the long form
  /// an environment of its own.
  ///
  /// - Returns: nil where none has the library.
  init?(_ bench: Bench) throws {
    self.bench = bench
    let known = [Launch.packageRoot.appendingPathComponent(".build/python/bin/python").path, "python3"]
    func version(of python: String) throws -> String? {
      let result = try Launch.run(
        URL(fileURLWithPath: "/usr/bin/env"), [python, "-c", "import numpy, safetensors; print(safetensors.__version__)"])
      return result.status == 0 ? result.lines.first : nil
    }
    for python in known {
      if let found = try version(of: python) {
        (self.python, self.version) = (python, found)
        return
      }
    }
    guard bench.isLong, Launch.program("python3") != nil else { return nil }
    let folder = bench.freshPath("python")
    let install =
      "python3 -m venv \(folder) && \(folder)/bin/python -m pip install --quiet --timeout 20 --retries 1 "
      + "--only-binary :all: numpy safetensors"
    _ = try Launch.run(URL(fileURLWithPath: "/bin/sh"), ["-c", install], timeoutSeconds: 180)
    guard let found = try version(of: "\(folder)/bin/python") else { return nil }
    (python, self.version) = ("\(folder)/bin/python", found)
  }

  /// Every kind of tensor file of a run, read by the library: names, types, shapes and bits.
  func readings() throws -> [(String, String?)] {
    let run = try bench.reference().run
    var files = try bench.files(run).keys.filter { $0.hasSuffix(".safetensors") }.sorted().map { "\(run)/\($0)" }
    guard let kept = files.first(where: { $0.contains("/samples/") }) else { return [("kept samples", "there are none")] }
    if !bench.isLong {
      // One of each kind: samples, models, states.
      files = Dictionary(grouping: files) { $0.dropFirst(run.count).split(separator: "/")[0] }.values.map { $0[0] }.sorted()
    }
    let parts = kept.dropFirst(run.count).split(whereSeparator: { "/-.".contains($0) })
    let output = bench.freshPath("samples") + ".safetensors"
    let result = try bench.ouroboros(
      ["sample", run, "--cell", "\(parts[1])", "--seed", "\(parts[3])", "--generation", "\(parts[5])", "-o", output])
    guard result.status == 0 else { return [("samples by the command", result.summary)] }
    files.append(output)
    let read = try call(["read"] + files)
    guard read.status == 0, read.lines.count == files.count else { return [("all", read.summary)] }
    return try zip(files, read.lines).map { file, line in
      (String(file.dropFirst(bench.folder.count)), try difference(file, line))
    }
  }

  /// What the library found in a file of ours against what is written there.
  private func difference(_ path: String, _ line: String) throws -> String? {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: [String: Any]] ?? [:]
    let found = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: [Any]] ?? [:]
    let names = header.keys.filter { $0 != "__metadata__" }.sorted()
    guard !names.isEmpty, found.keys.sorted() == names else { return "tensors \(found.keys.sorted()), expected \(names)" }
    for name in names {
      guard let entry = header[name], let offsets = entry["data_offsets"] as? [Int], let other = found[name] else {
        return "tensor \(name) is unreadable"
      }
      let data = bytes[(8 + length + offsets[0])..<(8 + length + offsets[1])]
      let hex = data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      guard entry["dtype"] as? String == other[0] as? String, entry["shape"] as? [Int] == other[1] as? [Int],
        hex == other[2] as? String
      else { return "tensor \(name) differs" }
    }
    return nil
  }

  /// A data set in every type and layout the library writes, at the same path: the same results.
  func writings() throws -> [(String, String?)] {
    let folder = bench.freshPath("data")
    try FileManager.default.createDirectory(atPath: "\(folder)/made", withIntermediateDirectories: true)
    // Whole numbers below 200 are exact in every type.
    let values = (0..<128).map { Float($0 * 37 % 199) }
    var file = HostileHeader("samples", "{\(HostileHeader.entry("samples", "F32", "[64,2]", "[0,512]"))}", data: 0, "").bytes
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { file.append(contentsOf: $0) } }
    try file.write(to: URL(fileURLWithPath: "\(folder)/data.safetensors"))
    let made = try call(["write", "\(folder)/data.safetensors", "\(folder)/made"])
    guard made.status == 0, let count = made.lines.first.flatMap(Int.init) else { return [("all", made.summary)] }
    let study = "\(folder)/study.yaml"
    try """
      study: written-there
      dataset: {name: safetensors, path: data.safetensors}
      model: kernel-density
      loop: {policy: accumulate}
      generations: 2
      seeds: 0..<2
      metrics: [moments]
      keep: {samples: [0]}
      """.write(toFile: study, atomically: true, encoding: .utf8)
    let ours = "\(folder)/ours"
    let result = try bench.ouroboros(["run", study, "--out", ours])
    guard result.status == 0 else { return [("our own file", result.summary)] }
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/made").sorted()
    guard names.count == count, count > 0 else { return [("all", "\(names.count) files of \(count)")] }
    return try names.map { name in
      try Data(contentsOf: URL(fileURLWithPath: "\(folder)/made/\(name)"))
        .write(to: URL(fileURLWithPath: "\(folder)/data.safetensors"))
      let run = "\(folder)/run-\(name)"
      let result = try bench.ouroboros(["run", study, "--out", run])
      return (name, result.status == 0 ? try bench.difference(run, from: ours) : result.summary)
    }
  }

  private func call(_ arguments: [String]) throws -> ProgramResult {
    try Launch.run(URL(fileURLWithPath: "/usr/bin/env"), [python, script] + arguments)
  }
}
