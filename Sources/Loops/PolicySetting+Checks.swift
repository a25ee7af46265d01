import Options

extension PolicySetting {
  /// For policies that use no real data beyond their own rule.
  ///
  /// - Throws: `ComponentError` when `loop.real` asks for some.
  func refuseReal(_ policy: String) throws {
    guard let real, real > 0 else { return }
    throw ComponentError(
      policy, "loop.real is \(real), but this policy mixes in no real samples of its own (use augment, fresh or memory)")
  }
}
