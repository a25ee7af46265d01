import Foundation
import ProgramSupport

extension Bench {
  /// The bytes of the files under a folder; 0 where there is none.
  func bytes(_ folder: String) -> Int {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    return names.reduce(0) { sum, name in
      var facts = stat()
      guard stat("\(folder)/\(name)", &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return sum }
      return sum + Int(facts.st_size)
    }
  }

  /// Waits until a run has committed a share of what its undisturbed run has in its segments, wherever
  /// the machine's load puts that in time.
  ///
  /// - Returns: false where the run ended before or took a minute.
  func wait(for running: RunningProgram, _ run: String, share: Double, of reference: Reference) -> Bool {
    let target = share * Double(bytes("\(reference.run)/segments"))
    return running.wait(timeoutSeconds: 60) { Double(bytes("\(run)/segments")) > target }
      && running.isRunning
  }
}
