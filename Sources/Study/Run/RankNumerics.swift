import Foundation
import MPI
import Results

/// Whether all ranks compute with the same kernels. Each chain is computed by one rank or another: where
/// their kernels differ the results would depend on which.
public enum RankNumerics {
  /// Compares what the ranks compute with; called by all of them.
  ///
  /// - Returns: on rank 0 what differs from it there, a line a difference with the first rank and host
  ///   that show it; nothing elsewhere.
  /// - Communication: collective; some hundred bytes from each rank; blocks.
  static func differences(_ numerics: [String: String], _ world: Communicator) throws -> [String] {
    let words = [ProcessInfo.processInfo.hostName] + numerics.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    let sent = Array(words.joined(separator: "\u{0}").utf8)
    guard let received = try world.gather(sent) else { return [] }
    return differences(received.map { bytes in
      bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    })
  }

  /// The comparison itself; element r is the host of rank r, then names and values in turn.
  public static func differences(_ ranks: [[String]]) -> [String] {
    guard let first = ranks.first else { return [] }
    var seen: Set<String> = []
    var lines: [String] = []
    for (rank, words) in ranks.enumerated() {
      for index in stride(from: 1, to: min(words.count, first.count) - 1, by: 2)
      where words[index + 1] != first[index + 1] {
        let line = "\(words[index]): \(first[index + 1]) on rank 0 (\(first[0])), \(words[index + 1])"
        if seen.insert(line).inserted { lines.append("\(line) on rank \(rank) (\(words[0]))") }
      }
    }
    return lines
  }
}

/// Ranks that could not give the same bits.
struct UnlikeRanks: Error, CustomStringConvertible {
  let differences: [String]
  var description: String {
    "the ranks compute with different kernels (\(differences.joined(separator: "; "))); set "
      + "OPENBLAS_CORETYPE and OUROBOROS_ISA to what all hosts have, or pass --allow-numerics-change"
  }
}
