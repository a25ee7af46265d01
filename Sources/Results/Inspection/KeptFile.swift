import Engine

/// What a run has kept of a generation of a chain, as `keep` of its study asks for.
public struct KeptFile: Sendable, Hashable, Comparable {
  /// The keys of `keep`, and the folders.
  public enum Kind: String, Sendable, CaseIterable {
    case samples, models
  }

  public let kind: Kind
  public let cell: String
  public let seed: Int
  public let generation: Int

  public init(_ kind: Kind, cell: String, seed: Int, generation: Int) {
    self.kind = kind
    self.cell = cell
    self.seed = seed
    self.generation = generation
  }

  /// Its folder, relative to the run.
  public var folder: String { "\(kind.rawValue)/\(cell)/seed-\(seed)" }
  /// Its file, relative to the run.
  public var name: String { "\(folder)/gen-\(generation).safetensors" }

  /// By kind, cell, seed and generation.
  public static func < (a: KeptFile, b: KeptFile) -> Bool {
    (a.kind.rawValue, a.cell, a.seed, a.generation) < (b.kind.rawValue, b.cell, b.seed, b.generation)
  }

  /// All of a kind that a run holds, sorted; files of other names are passed over.
  ///
  /// - Throws: `ResultsError.io`, `.refused`.
  public static func all(_ kind: Kind, in run: RunDirectory) throws(ResultsError) -> [KeptFile] {
    var found: [KeptFile] = []
    for cell in try run.names(in: kind.rawValue) {
      for folder in try run.names(in: "\(kind.rawValue)/\(cell)") {
        guard let seed = number(folder, after: "seed-", before: "") else { continue }
        for name in try run.names(in: "\(kind.rawValue)/\(cell)/\(folder)") {
          guard let generation = number(name, after: "gen-", before: ".safetensors") else {
            continue
          }
          found.append(KeptFile(kind, cell: cell, seed: seed, generation: generation))
        }
      }
    }
    return found.sorted()
  }

  private static func number(_ name: String, after start: String, before end: String) -> Int? {
    guard name.hasPrefix(start), name.hasSuffix(end) else { return nil }
    return Int(name.dropFirst(start.count).dropLast(end.count))
  }

  /// The tensors of kept samples, `samples` [n, …] and `labels` [n] where there are any, and the provenance.
  ///
  /// - Throws: `ResultsError.missing`, `SafetensorsError.malformed`, also for a file that is
  ///   damaged, belongs elsewhere or has no samples.
  public func readSamples(
    from run: RunDirectory
  ) throws -> (tensors: [SafetensorsTensor], metadata: [String: String]) {
    let path = run.file(name)
    let file = try SafetensorsFile(try run.contents(of: name), path: path)
    try file.requireSeal(name)
    let tensors = try file.entries.map { entry in try file.tensor(entry) }
    guard tensors.contains(where: { $0.name == "samples" && !$0.shape.isEmpty }) else {
      throw SafetensorsError.malformed(path: path, reason: "no tensor 'samples'")
    }
    return (tensors, Dictionary(file.metadata.map { ($0.key, $0.value) }) { first, _ in first })
  }
}

extension SafetensorsTensor {
  /// The first `count` entries along the first axis.
  public func first(_ count: Int) -> SafetensorsTensor {
    precondition(!shape.isEmpty && (0...shape[0]).contains(count), "\(count) of \(shape)")
    let kept = shape.dropFirst().reduce(count, *)
    let values: Values =
      switch values {
      case .float32(let all): .float32(Array(all.prefix(kept)))
      case .float64(let all): .float64(Array(all.prefix(kept)))
      case .int32(let all): .int32(Array(all.prefix(kept)))
      case .int64(let all): .int64(Array(all.prefix(kept)))
      case .uint8(let all): .uint8(Array(all.prefix(kept)))
      }
    return SafetensorsTensor(name, shape: [count] + shape.dropFirst(), values)
  }
}
