import Foundation
import ProgramSupport

/// P19: a run writes into its own directory and nowhere else.
///
/// Names that could lead out of it, links in the place of its files and folders, and every path that
/// its system calls create, open for writing, rename or remove.
struct Confinement: Promise {
  let number = 19
  let statement = "nothing is written outside the run directory, and no link in it is followed"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    for (name, failure) in try StudyNames(bench).failures() { evidence.record(name, failure) }
    for (name, failure) in try OutputNames(bench).failures() { evidence.record(name, failure) }
    for (name, failure) in try PlantedLinks(bench).failures() { evidence.record(name, failure) }
    let names = evidence.tried
    let escapes = evidence.tried - evidence.survived
    let trace = try WrittenPaths(bench)
    for (name, failure) in try trace.failures() { evidence.record(name, failure) }
    evidence.worst =
      "\(escapes) escapes by \(names) names and links; "
      + (trace.paths > 0
        ? "\(evidence.tried - evidence.survived - escapes) of \(trace.paths) written paths outside"
        : "written paths not traced: no strace")
    return evidence
  }

  /// A small study that writes every kind of file a run has.
  static func study(name: String = "confined", dataset: String = "{name: gaussian-ring, samples: 48, held_out: 32}") -> String {
    """
    study: \(name)
    dataset: \(dataset)
    loop: {policy: replace, samples: 48}
    generations: 2
    seeds: 0..<2
    metrics: [moments]
    matrix: {model: [gaussian, {name: vae, width: 8, latent: 2, batch: 16, steps: 100}]}
    keep: {samples: [last], models: [last]}
    """
  }
}

/// Hostile names in a study: its own, cell values that are file names, `--set`.
private struct StudyNames {
  let bench: Bench

  init(_ bench: Bench) { self.bench = bench }

  func failures() throws -> [(String, String?)] {
    var found: [(String, String?)] = []
    for (name, text) in HostileName.all {
      let place = try Sandbox(bench)
      try place.write(Confinement.study(name: HostileName.quoted(text)), as: "study.yaml")
      found.append(("study name: \(name)", try place.refusal(["run", "study.yaml", "--out", "run"])))
      guard !text.utf8.contains(0) else { continue }
      try place.write(Confinement.study(), as: "study.yaml")
      let override = "study=" + HostileName.quoted(text)
      found.append(
        ("--set study: \(name)", try place.refusal(["run", "study.yaml", "--out", "run", "--set", override])))
    }
    for (name, text) in HostileName.all where !text.utf8.contains(0) && !text.isEmpty && !text.contains("/") && text.utf8.count < 250 {
      guard ![".", ".."].contains(text) else { continue }
      // A data file of that name, which becomes a cell's value.
      let place = try Sandbox(bench)
      try place.write(npy, as: "\(text).npy")
      try place.write(npy, as: "plain.npy")
      let paths = "matrix: {dataset.path: [plain.npy, \(HostileName.quoted(text + ".npy"))], model: [gaussian]}"
      let study = Confinement.study(dataset: "{name: npy, path: plain.npy}")
        .split(separator: "\n").map { $0.hasPrefix("matrix") ? paths : "\($0)" }.joined(separator: "\n")
      try place.write(study, as: "study.yaml")
      found.append(("cell value: \(name)", try place.acceptance(["run", "study.yaml", "--out", "run"], creating: "run")))
    }
    return found
  }

  /// Forty-eight points in the plane.
  private var npy: Data {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (64, 2), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var bytes = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(header.utf8)
    for index in 0..<128 {
      withUnsafeBytes(of: Float(index % 13).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}

/// Hostile names of run directories and output files.
private struct OutputNames {
  let bench: Bench

  init(_ bench: Bench) { self.bench = bench }

  func failures() throws -> [(String, String?)] {
    var found: [(String, String?)] = []
    for (name, text) in HostileName.all where !text.utf8.contains(0) {
      let place = try Sandbox(bench)
      try place.write(Confinement.study(), as: "study.yaml")
      let arguments = ["run", "study.yaml", "--out=\(text)"]
      // A path that the user gives is the user's; what must not be is a file anywhere else.
      let isPlain = !text.contains("/") && ![".", "..", ""].contains(text) && text.utf8.count < 250
      if isPlain {
        found.append(("--out: \(name)", try place.acceptance(arguments, creating: text)))
      } else if !text.contains("escaped") {
        found.append(("--out: \(name)", try place.refusal(arguments)))
      }
    }
    return found
  }
}
