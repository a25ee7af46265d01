/// Where chains keep fitted models and unfinished fits, so that a run that goes on later does not fit
/// them again. Names are relative to the run's `state` folder.
///
/// A state is a shortcut: what it holds can be computed again from the keys, with the same bits.
public struct StateStore {
  public let load: (_ name: String) throws -> [UInt8]?
  public let save: (_ name: String, _ bytes: [UInt8]) throws -> Void
  /// The same answer on all ranks of a group; collective.
  public let exists: (_ name: String) throws -> Bool
  public let remove: (_ name: String) throws -> Void
  /// Seconds between two checkpoints of a fit.
  public let checkpointSeconds: Double

  public init(
    load: @escaping (String) throws -> [UInt8]?, save: @escaping (String, [UInt8]) throws -> Void,
    exists: @escaping (String) throws -> Bool, remove: @escaping (String) throws -> Void,
    checkpointSeconds: Double
  ) {
    self.load = load
    self.save = save
    self.exists = exists
    self.remove = remove
    self.checkpointSeconds = checkpointSeconds
  }

  /// Generation 0 of a family of arms: `first/FAMILY-seed-S.safetensors`.
  public static func first(_ family: String, seed: Int) -> String {
    "first/\(family)-seed-\(seed).safetensors"
  }

  /// The fitted model of a chain's generation: `chains/CELL-seed-S-gen-G.safetensors`.
  static func model(cell: String, seed: Int, generation: Int) -> String {
    "chains/\(cell)-seed-\(seed)-gen-\(generation).safetensors"
  }

  /// The unfinished fit of a model: its name with `.fit` before the extension.
  static func unfinished(_ model: String) -> String {
    model.replacingSuffix(".safetensors", with: ".fit.safetensors")
  }
}

extension String {
  fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
    hasSuffix(suffix) ? dropLast(suffix.count) + other : self + other
  }
}
