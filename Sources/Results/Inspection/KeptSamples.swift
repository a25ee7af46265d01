import Engine

/// A set of samples that a run has kept, as `keep.samples` of its study asks for.
public struct KeptSamples: Sendable, Hashable, Comparable {
  public let cell: String
  public let seed: Int
  public let generation: Int

  public init(cell: String, seed: Int, generation: Int) {
    self.cell = cell
    self.seed = seed
    self.generation = generation
  }

  /// Its file, relative to the run.
  public var name: String { "samples/\(cell)/seed-\(seed)/gen-\(generation).safetensors" }

  /// By cell, seed and generation.
  public static func < (a: KeptSamples, b: KeptSamples) -> Bool {
    (a.cell, a.seed, a.generation) < (b.cell, b.seed, b.generation)
  }

  /// All that a run holds, sorted; files of other names are passed over.
  ///
  /// - Throws: `ResultsError.io`, `.refused`.
  public static func all(in run: RunDirectory) throws(ResultsError) -> [KeptSamples] {
    var found: [KeptSamples] = []
    for cell in try run.names(in: "samples") {
      for folder in try run.names(in: "samples/\(cell)") {
        guard let seed = number(folder, after: "seed-", before: "") else { continue }
        for name in try run.names(in: "samples/\(cell)/\(folder)") {
          guard let generation = number(name, after: "gen-", before: ".safetensors") else {
            continue
          }
          found.append(KeptSamples(cell: cell, seed: seed, generation: generation))
        }
      }
    }
    return found.sorted()
  }

  private static func number(_ name: String, after start: String, before end: String) -> Int? {
    guard name.hasPrefix(start), name.hasSuffix(end) else { return nil }
    return Int(name.dropFirst(start.count).dropLast(end.count))
  }

  /// The tensors, `samples` [n, …] and `labels` [n] where there are any, and the provenance.
  ///
  /// - Throws: `ResultsError.missing`, `SafetensorsError.malformed`, also for a file that is
  ///   damaged, belongs elsewhere or has no samples.
  public func read(
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
