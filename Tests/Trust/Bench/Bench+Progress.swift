import ProgramSupport

extension Bench {
  /// Waits until a run has committed a share of what its undisturbed run has in its segments, wherever
  /// the machine's load puts that in time.
  ///
  /// - Returns: false where the run ended before or took a minute.
  func wait(for running: RunningProgram, _ run: String, share: Double, of reference: Reference) -> Bool {
    let target = share * Double(fileBytes(under: "\(reference.run)/segments"))
    return running.wait(timeoutSeconds: 60) { Double(fileBytes(under: "\(run)/segments")) > target }
      && running.isRunning
  }
}
