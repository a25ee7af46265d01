/// What trying a promise gave.
struct Evidence {
  private(set) var tried = 0
  private(set) var survived = 0
  /// What went wrong, in the order of its coming.
  private(set) var failures: [String] = []
  /// The worst figure seen, with its unit, e.g. "stopped after 1.3 s".
  var worst = ""

  /// Counts a case.
  ///
  /// - Parameter failure: what went wrong; nil for a case that survived.
  mutating func record(_ name: @autoclosure () -> String, _ failure: String?) {
    tried += 1
    if let failure { failures.append("\(name()): \(failure)") } else { survived += 1 }
  }

  /// Counts cases that survived, e.g. bytes flipped inside one call.
  mutating func survive(_ count: Int) {
    tried += count
    survived += count
  }
}
