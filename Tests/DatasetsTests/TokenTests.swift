import Datasets
import Laws
import Options
import Randomness
import Samples
import TestSupport
import Testing

@Suite struct TokenTests {
  private func law(_ dataset: any Dataset) throws -> TokenLaw {
    guard case .tokens(let law) = dataset.law else { throw FixtureError.noSuchDataset("tokens") }
    return law
  }

  private func expectNormalised(_ law: TokenLaw) {
    expectClose(law.contextProbabilities.reduce(0, +), 1, relative: 1e-12)
    #expect(law.tokenProbabilities.count == law.contexts * law.vocabulary)
    for context in 0..<law.contexts {
      let row = law.tokenProbabilities[context * law.vocabulary..<(context + 1) * law.vocabulary]
      expectClose(row.reduce(0, +), 1, relative: 1e-12)
      #expect(row.allSatisfy { $0 >= 0 })
    }
  }

  /// The samples' mean probability under the law is Σ p(c) Σ p(t|c)², and every context is as
  /// frequent as the law says.
  @Test(arguments: ["uniform", "zipf", "dirichlet"])
  func samplesFollowTheLaw(_ shape: String) throws {
    let dataset = try Fixtures.dataset(
      "tokens",
      [
        "contexts": .integer(3), "vocabulary": .integer(6), "shape": .text(shape),
        "context_exponent": .real(1), "concentration": .real(0.5), "samples": .integer(400),
        "held_out": .integer(400),
      ])
    let law = try law(dataset)
    expectNormalised(law)
    expectClose(law.contextProbabilities, [6.0 / 11, 3.0 / 11, 2.0 / 11], relative: 1e-14)
    var exact = 0.0
    for context in 0..<3 {
      for token in 0..<6 {
        let p = law.tokenProbabilities[context * 6 + token]
        exact += law.contextProbabilities[context] * p * p
      }
    }
    for part in 0..<2 {
      var agreement: [Double] = []
      var contexts: [Double] = []
      for seed in 0..<200 {
        let key = RandomKey(seed: UInt64(2 * seed + part))
        let set = try part == 0 ? dataset.training(key: key) : dataset.heldOut(key: key)
        #expect(set.count == 400)
        var sum = 0.0
        for row in 0..<set.count {
          sum +=
            law.tokenProbabilities[Int(set.indices[2 * row]) * 6 + Int(set.indices[2 * row + 1])]
        }
        agreement.append(sum / 400)
        contexts.append(share(index: 1)(set))
      }
      if shape == "uniform" {
        expectClose(agreement, [Double](repeating: 1.0 / 6, count: 200), relative: 1e-12)
      } else {
        expectWithinFourStandardErrors(agreement, exact: exact)
      }
      expectWithinFourStandardErrors(contexts, exact: 3.0 / 11)
    }
  }

  /// Each context's Zipf law is the same numbers in its own order.
  @Test func zipfRowsAreReordered() throws {
    let law = try law(
      Fixtures.dataset("tokens", ["vocabulary": .integer(20), "contexts": .integer(4)]))
    let harmonic = (1...20).reduce(0.0) { $0 + 1 / Double($1) }
    let expected = (1...20).map { 1 / Double($0) / harmonic }
    var rows: [[Double]] = []
    for context in 0..<4 {
      rows.append(Array(law.tokenProbabilities[context * 20..<(context + 1) * 20]))
      expectClose(rows[context].sorted(by: >), expected, relative: 1e-13)
    }
    #expect(Set(rows).count == 4)
  }

  /// Symmetric Dirichlet rows: E Σ p² = (a + 1)/(K a + 1), for a below and above 1.
  @Test(arguments: [0.01, 0.3, 1, 4])
  func dirichletRows(_ concentration: Double) throws {
    let vocabulary = 8
    let law = try law(
      Fixtures.dataset(
        "tokens",
        [
          "contexts": .integer(4000), "vocabulary": .integer(vocabulary),
          "shape": .text("dirichlet"), "concentration": .real(concentration),
        ]))
    expectNormalised(law)
    let squares = (0..<4000).map { context in
      law.tokenProbabilities[context * vocabulary..<(context + 1) * vocabulary]
        .reduce(0) { $0 + $1 * $1 }
    }
    let exact = (concentration + 1) / (Double(vocabulary) * concentration + 1)
    expectWithinFourStandardErrors(squares, exact: exact)
    let firsts = (0..<4000).map { law.tokenProbabilities[$0 * vocabulary] }
    expectWithinFourStandardErrors(firsts, exact: 1 / Double(vocabulary))
  }

  @Test func layoutIsPartOfTheLaw() throws {
    let first = try law(Fixtures.dataset("tokens"))
    let again = try law(Fixtures.dataset("tokens"))
    let other = try law(Fixtures.dataset("tokens", ["layout": .integer(1)]))
    #expect(first.tokenProbabilities == again.tokenProbabilities)
    #expect(first.tokenProbabilities != other.tokenProbabilities)
  }

  /// "abracadabra": five a (four with a follower: b, c, d, b), and so on.
  @Test(arguments: [false, true])
  func textBigrams(_ compressed: Bool) throws {
    let bytes = Array("abracadabra".utf8)
    try Fixtures.withFiles(["text.txt": compressed ? bytes.gzipped() : bytes]) { directory in
      let dataset = try Fixtures.dataset(
        "text", ["path": .text("text.txt"), "samples": .integer(500)], directory: directory)
      #expect(dataset.space == .tokens(contexts: 5, vocabulary: 5))
      let law = try law(dataset)
      expectNormalised(law)
      expectClose(law.contextProbabilities, [0.4, 0.2, 0.1, 0.1, 0.2], relative: 1e-14)
      expectClose(Array(law.tokenProbabilities[0..<5]), [0, 0.5, 0.25, 0.25, 0], relative: 1e-14)
      expectClose(Array(law.tokenProbabilities[5..<10]), [0, 0, 0, 0, 1], relative: 1e-14)
      let shares = try (0..<200).map { seed in
        let set = try dataset.training(key: RandomKey(seed: UInt64(seed)))
        return Double((0..<500).count { set.indices[2 * $0] == 0 && set.indices[2 * $0 + 1] == 1 })
          / 500
      }
      expectWithinFourStandardErrors(shares, exact: 0.2)
      #expect((dataset as? Text)?.symbols == [97, 98, 99, 100, 114])
    }
  }

  @Test func textAsBytes() throws {
    try Fixtures.withFiles(["text": [0xff, 0x00, 0xff, 0x01]]) { directory in
      let dataset = try Fixtures.dataset(
        "text", ["path": .text("text"), "alphabet": .text("bytes")], directory: directory)
      #expect(dataset.space == .tokens(contexts: 256, vocabulary: 256))
      let law = try law(dataset)
      expectNormalised(law)
      expectClose(law.contextProbabilities[255], 2.0 / 3, relative: 1e-14)
      #expect(law.contextProbabilities[1] == 0)
    }
  }
}
