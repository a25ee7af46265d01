import Options
import Testing

/// Words of a command line as values.
@Suite struct ParseTests {
  @Test(arguments: [
    (OptionKind.integer(1...9), "7", OptionValue.integer(7)),
    (.integer(1...9), "7.5", .text("7.5")),
    (.real(.positive), "1e-3", .real(1e-3)),
    (.flag, "true", .flag(true)),
    (.flag, "yes", .text("yes")),
    (.choice(["mlp", "conv"]), "conv", .text("conv")),
    (.list(.integer(1...999)), "784,400,20", .list([.integer(784), .integer(400), .integer(20)])),
    (.list(.integer(1...999)), "784,,20", .list([.integer(784), .text(""), .integer(20)])),
    (.either(.choice(["scott"]), .real(.positive)), "scott", .text("scott")),
    (.either(.choice(["scott"]), .real(.positive)), "0.5", .real(0.5)),
  ])
  func wordsBecomeValues(_ kind: OptionKind, _ word: String, _ value: OptionValue) {
    #expect(kind.parse(word) == value, "\(word) as \(kind.description)")
  }

  @Test func whatCannotBeReadIsRefused() {
    guard case .failure(let mismatch) = OptionKind.integer(1...9).resolve(OptionKind.integer(1...9).parse("x"))
    else {
      Issue.record("x was accepted as an integer")
      return
    }
    #expect(mismatch.found == "text \"x\"")
  }

  /// What a message quotes cannot steer a terminal: C1 controls, marks of direction, line separators.
  @Test(arguments: [
    (OptionValue.text("a\u{9b}2J"), "text \"a\\u{9b}2J\""),
    (.map(["\u{202e}k\u{2028}": .integer(1)]), "a mapping {\"\\u{202e}k\\u{2028}\":1}"),
    (.text("\u{1b}[31m"), "text \"\\u001b[31m\""),
  ])
  func shownValuesAreHarmless(_ value: OptionValue, _ shown: String) {
    #expect(value.shown == shown)
  }
}
