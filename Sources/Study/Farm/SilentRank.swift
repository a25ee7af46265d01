import Foundation
import MPI

/// Where a worker is in its work: its sign of life.
package struct Whereabouts: Codable, Sendable, Hashable {
  package var rank: Int
  package var host: String
  /// The ranks that train its chains together, itself among them.
  package var groupRanks: Int
  /// The chain in hand in the user's words; nil where there is none.
  package var chain: String?

  package init(rank: Int, host: String, groupRanks: Int, chain: String?) {
    self.rank = rank
    self.host = host
    self.groupRanks = groupRanks
    self.chain = chain
  }
}

/// A rank that has not been heard of for too long: stopped, stuck or unreachable. Ends the job, which goes
/// on from its last commit when it is started again.
package struct SilentRank: ExitCodeProviding, CustomStringConvertible {
  /// What it is called: `rank 2 on node01`.
  let who: String
  /// What it was last heard to do; empty where that is not known.
  let work: String
  let seconds: Double

  package var exitCode: Int32 { RunExit.stopped }

  package init(worker: Whereabouts?, number: Int, seconds: Double) {
    self.seconds = seconds
    guard let worker else {
      who = "worker \(number)"
      work = ""
      return
    }
    let name = "rank \(worker.rank) on \(worker.host)"
    who = worker.groupRanks > 1 ? "the group of \(worker.groupRanks) ranks led by \(name)" : name
    work = worker.chain.map { ", last heard of in \($0)" } ?? ", which had no chain in hand"
  }

  package init(coordinatorSilentFor seconds: Double) {
    self.seconds = seconds
    who = "rank 0, the coordinator,"
    work = ""
  }

  package var description: String {
    String(format: "%@ has been silent for %.0f s%@", who, seconds, work)
      + ": it is stopped, stuck or cut off (--silence-seconds); run again to continue from the last commit"
  }
}
