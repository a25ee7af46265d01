import Models

/// Where a fit keeps its checkpoint: in memory.
final class CheckpointPlace {
  var bytes: [UInt8]?
  private(set) var saves = 0

  init(_ bytes: [UInt8]? = nil) { self.bytes = bytes }

  /// A context that stops before step `steps`, counted from where the fit begins, and saves when it is due.
  func context(stopAfter steps: Int = .max, isDue: @escaping () -> Bool = { false }) -> TrainingContext {
    var context = TrainingContext()
    var asked = 0
    context.shouldStop = {
      asked += 1
      return asked > steps
    }
    context.checkpoint = FitCheckpoint(
      load: { self.bytes },
      save: {
        self.bytes = $0
        self.saves += 1
      }, isDue: isDue)
    return context
  }
}
