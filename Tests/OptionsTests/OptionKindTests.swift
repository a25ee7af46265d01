import Options
import Testing

/// What each kind accepts, and what it says of the rest.
@Suite struct OptionKindTests {
  private func accepts(_ kind: OptionKind, _ value: OptionValue) -> OptionValue? {
    try? kind.resolve(value).get()
  }

  private func refusal(_ kind: OptionKind, _ value: OptionValue) -> OptionMismatch? {
    if case .failure(let mismatch) = kind.resolve(value) { mismatch } else { nil }
  }

  @Test func integersHaveClosedRanges() {
    let kind = OptionKind.integer(1...3)
    #expect(
      [0, 1, 3, 4].map { accepts(kind, .integer($0)) } == [nil, .integer(1), .integer(3), nil])
    #expect(accepts(kind, .real(2)) == nil && accepts(kind, .text("2")) == nil)
    #expect(refusal(kind, .integer(9))?.expected == "an integer from 1 to 3")
    #expect(refusal(.integer(2 ... .max), .integer(0))?.expected == "an integer of at least 2")
  }

  @Test func realsTakeIntegersAndBecomeReal() {
    let kind = OptionKind.real(RealRange(0, 1, includesLower: false))
    #expect(accepts(kind, .integer(1)) == .real(1) && accepts(kind, .real(0.25)) == .real(0.25))
    for value in [0, 1.0001, -1, .nan, .infinity, -.infinity] as [Double] {
      #expect(accepts(kind, .real(value)) == nil)
    }
    #expect(accepts(.real(.any), .real(.infinity)) == nil)
    #expect(refusal(kind, .flag(true))?.expected == "a real number in (0, 1]")
  }

  @Test(arguments: [
    (RealRange.any, "(-∞, ∞)"), (.positive, "(0, ∞)"), (.nonNegative, "[0, ∞)"), (.unit, "[0, 1]"),
    (RealRange(-0.5, 1e300), "[-0.5, 1e+300]"),
  ])
  func rangesAreShownAsIntervals(_ range: RealRange, _ shown: String) {
    #expect(range.shown == shown)
  }

  @Test func nothingElseConverts() {
    #expect(accepts(.flag, .text("true")) == nil && accepts(.flag, .integer(1)) == nil)
    #expect(accepts(.text(maximumLength: 3), .integer(1)) == nil)
    #expect(accepts(.text(maximumLength: 3), .text("abc")) == .text("abc"))
    #expect(accepts(.text(maximumLength: 3), .text("abcd")) == nil)
    #expect(accepts(.path, .text("")) == nil && accepts(.path, .text("a\0")) == nil)
    #expect(accepts(.path, .text("../a")) == .text("../a"))
    #expect(accepts(.flag, .null) == nil && accepts(.list(.flag), .flag(true)) == nil)
  }

  @Test func choicesSuggest() {
    let kind = OptionKind.choice(["clip", "gradient-penalty"])
    #expect(accepts(kind, .text("clip")) == .text("clip"))
    #expect(refusal(kind, .text("gradient_penalty"))?.suggestions == ["gradient-penalty"])
    #expect(refusal(kind, .text("unrelated"))?.suggestions == [])
  }

  @Test func listsResolveEveryElement() {
    let kind = OptionKind.list(.real(.unit))
    #expect(accepts(kind, .list([.integer(0), .real(0.5)])) == .list([.real(0), .real(0.5)]))
    #expect(accepts(kind, .list([])) == .list([]))
    #expect(refusal(kind, .list([.integer(0), .integer(2)]))?.found == "2")
  }

  @Test func theFirstAlternativeThatFitsWins() {
    let kind = OptionKind.either(.real(.positive), .choice(["scott"]))
    #expect(
      accepts(kind, .integer(2)) == .real(2) && accepts(kind, .text("scott")) == .text("scott"))
    #expect(refusal(kind, .text("scot"))?.suggestions == ["scott"])
    #expect(refusal(kind, .integer(0))?.expected == "a real number in (0, ∞) or one of scott")
  }

  @Test func whatWasFoundIsCut() {
    let long = String(repeating: "x", count: 10_000)
    #expect((refusal(.flag, .text(long))?.found.count ?? 0) < 80)
    #expect(refusal(.flag, .text("a\nb"))?.found == #"text "a\nb""#)
  }
}

@Suite struct OptionValuesTests {
  private static let alpha = Option<Double>.real("alpha", in: .unit, default: 0.5, help: "A share.")
  private static let count = Option<Int>.integer("count", in: 1...9, default: nil, help: "A count.")
  private static let specs = [alpha.spec, count.spec]

  @Test func fillsInDefaults() throws {
    let values = try OptionValues(["count": .integer(3)], specs: OptionValuesTests.specs)
    #expect(values[OptionValuesTests.alpha] == 0.5 && values[OptionValuesTests.count] == 3)
  }

  @Test func refusesUnknownMissingAndUnfit() {
    func message(_ given: [String: OptionValue]) -> String? {
      do {
        _ = try OptionValues(given, specs: OptionValuesTests.specs)
        return nil
      } catch { return error.description }
    }
    #expect(
      message(["alhpa": .integer(1)])
        == "unknown option 'alhpa'; did you mean 'alpha'? (valid: alpha, count)")
    #expect(message([:]) == "option 'count' is missing: expected an integer from 1 to 9")
    #expect(
      message(["count": .text("x")])
        == "option 'count': expected an integer from 1 to 9, found text \"x\"")
  }
}

@Suite struct CanonicalTests {
  @Test func canonicalFormIsSortedAndCompact() {
    let value = OptionValue.map([
      "b": .list([.integer(1), .real(1), .real(1e-7), .flag(true), .null]),
      "a": .text("é\"\\\n\u{1}/"),
    ])
    #expect(value.canonicalJSON == #"{"a":"é\"\\\n\u0001/","b":[1,1.0,1e-07,true,null]}"#)
  }

  @Test func integersAndRealsStayApart() {
    #expect(OptionValue.integer(1).canonicalJSON != OptionValue.real(1).canonicalJSON)
  }
}

@Suite struct NearestTests {
  @Test(arguments: [
    ("gausian", "gaussian"), ("gaussain", "gaussian"), ("GAUSSIAN", "gaussian"),
    ("mixtur", "mixture"),
    ("mix", "mixture"),
  ])
  func suggestsTypos(_ typed: String, _ meant: String) {
    #expect(nearest(to: typed, in: ["mixture", "gaussian", "kernel-density"]).first == meant)
  }

  @Test func suggestsNothingForOtherWords() {
    #expect(nearest(to: "wasserstein", in: ["mixture", "gaussian"]) == [])
    #expect(nearest(to: "", in: ["mixture"]) == [] && nearest(to: "x", in: []) == [])
  }

  @Test func bestFirstAndAtMostThree() {
    let names = ["abcd", "abce", "abcf", "abcg", "abcdx"]
    #expect(nearest(to: "abcd", in: names) == ["abcd", "abcdx", "abce"])
  }
}
