import Results
import Synchronization

/// Weights of networks that metrics train, in the run's `state` folder; in memory until there is one.
final class KeptWeights: Sendable {
  private struct Contents {
    var directory: RunDirectory?
    var waiting: [String: [UInt8]] = [:]
  }

  private let contents = Mutex(Contents())

  /// Writes what was kept so far to `directory`, and everything else from now on.
  func keep(in directory: RunDirectory) throws {
    try contents.withLock { contents in
      for (name, bytes) in contents.waiting.sorted(by: { $0.key < $1.key }) {
        try Self.publish(bytes, name, in: directory)
      }
      contents.waiting = [:]
      contents.directory = directory
    }
  }

  func load(_ name: String) throws -> [UInt8]? {
    try contents.withLock { contents in
      if let bytes = contents.waiting[name] { return bytes }
      return try contents.directory?.sealedContentsIfPresent(of: "state/\(name)")
    }
  }

  func save(_ name: String, _ bytes: [UInt8]) throws {
    try contents.withLock { contents in
      guard let directory = contents.directory else {
        contents.waiting[name] = bytes
        return
      }
      try Self.publish(bytes, name, in: directory)
    }
  }

  private static func publish(
    _ bytes: [UInt8], _ name: String, in directory: RunDirectory
  ) throws {
    try directory.createDirectory("state")
    try directory.publish(sealing: bytes, as: "state/\(name)")
  }
}
