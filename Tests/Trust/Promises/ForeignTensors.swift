import Foundation
import ProgramSupport

/// P18: safetensors files are those of the reference library, and hostile ones are refused.
///
/// Files of ours are read by the reference library and compared bit by bit; a data set is saved by it in
/// every type and layout, and a run on it has the same results each time; each hostile file is given as a
/// data set and as the weights of a network.
struct ForeignTensors: Promise {
  let number = 18
  let statement = "safetensors files go to the reference library and back; hostile ones are refused"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    var slowest = 0.0
    for file in HostileHeader.all {
      evidence.record("hostile data set: \(file.name)", try refusal(of: file, "data", on: bench, &slowest))
      // What is wrong with the name or type of a tensor is another thing for weights.
      guard bench.isLong, file.reason.contains("has no tensor") == false, file.name != "no numbers" else { continue }
      evidence.record("hostile weights: \(file.name)", try refusal(of: file, "weights", on: bench, &slowest))
    }
    evidence.record("sound data set", try soundFailure(on: bench))
    let hostile = evidence.tried
    let accepted = evidence.tried - evidence.survived
    let reference = try TensorReference(bench)
    if let reference {
      for (name, failure) in try reference.readings() { evidence.record("read there: \(name)", failure) }
      for (name, failure) in try reference.writings() { evidence.record("written there: \(name)", failure) }
    }
    evidence.worst =
      "\(accepted) of \(hostile) wrongly judged, slowest \(String(format: "%.1f", slowest)) s; "
      + (reference == nil
        ? "no reference library" : "\(evidence.tried - hostile) round trips with safetensors \(reference!.version)")
    return evidence
  }

  private func refusal(
    of file: HostileHeader, _ use: String, on bench: Bench, _ slowest: inout Double
  ) throws -> String? {
    let folder = bench.freshPath("hostile")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { bench.remove(folder) }
    try file.bytes.write(to: URL(fileURLWithPath: "\(folder)/\(use).safetensors"))
    let result = try bench.ouroboros(["run", study(use, in: folder), "--out", "\(folder)/run"])
    slowest = max(slowest, result.seconds)
    guard !result.timedOut, result.status < 128, result.status != 0 else { return "not refused: \(result.summary)" }
    let said = result.errorOutput + ((try? String(contentsOfFile: "\(folder)/run/failures.jsonl", encoding: .utf8)) ?? "")
    let statuses: [Int32] = use == "data" ? [65, 78] : [65, 66, 70, 78, 80]
    guard statuses.contains(result.status), said.contains("\(use).safetensors"), said.contains(file.reason) else {
      return "refused without '\(file.reason)': \(result.summary) \(said)"
    }
    return nil
  }

  private func soundFailure(on bench: Bench) throws -> String? {
    let folder = bench.freshPath("sound")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let header = HostileHeader("sound", "{\(HostileHeader.entry("samples", "F32", "[64,2]", "[0,512]"))}", data: 512, "")
    try header.bytes.write(to: URL(fileURLWithPath: "\(folder)/data.safetensors"))
    let result = try bench.ouroboros(["run", study("data", in: folder), "--out", "\(folder)/run"])
    return result.status == 0 ? nil : result.summary
  }

  /// A study of the file as a data set, or of made-up images with the file as the weights of a network.
  private func study(_ use: String, in folder: String) throws -> String {
    var text = """
      study: foreign
      dataset: {name: safetensors, path: data.safetensors}
      model: kernel-density
      loop: {policy: replace}
      generations: 1
      seeds: [0]
      metrics: [moments]
      """
    if use == "weights" {
      var images = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0])
      let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (40, 1, 28, 28), }"
      images += Data((header + String(repeating: " ", count: 117 - header.utf8.count) + "\n").utf8)
      images += Data((0..<40 * 784).map { UInt8(truncatingIfNeeded: $0 * 31) })
      try images.write(to: URL(fileURLWithPath: "\(folder)/images.npy"))
      text = text.replacing("{name: safetensors, path: data.safetensors}", with: "{name: npy, path: images.npy}")
        .replacing("[moments]", with: "[{name: frechet, features: digits, weights: weights.safetensors}]")
    }
    try text.write(toFile: "\(folder)/study.yaml", atomically: true, encoding: .utf8)
    return "\(folder)/study.yaml"
  }
}
