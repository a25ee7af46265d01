import CKernels
import Testing

extension KernelTests {
  @Suite("Matrix products") struct ProductKernelTests {
    private func check(_ found: (result: [Float], inside: Bool), _ expected: [Float], _ what: String) {
      #expect(found.inside, "\(what): wrote beyond its scratch")
      if let i = expected.indices.first(where: { found.result[$0] != expected[$0] }) {
        Issue.record("\(what): element \(i) is \(found.result[i]), expected \(expected[i])")
      }
    }

    @Test("Random sizes, strides, batches and epilogues", arguments: [false, true])
    func sizes(large: Bool) {
      var draws = KernelDraws(seed: large ? 2 : 1)
      for number in 0..<(large ? 6 : 400) {
        let example = ProductCase(&draws, large: large)
        let expected = example.reference()
        withEachInstructionSet { isa in
          check(example.computed(), expected, "\(isa), case \(number), \(example)")
        }
      }
    }

    @Test("Columns of A that lie pages apart")
    func farColumns() {
      var draws = KernelDraws(seed: 4)
      for number in 0..<6 {
        let example = ProductCase(farColumns: &draws)
        let expected = example.reference()
        withEachInstructionSet { isa in
          check(example.computed(), expected, "\(isa), case \(number), \(example)")
        }
      }
    }

    @Test("B laid out before")
    func packed() {
      var draws = KernelDraws(seed: 3)
      for number in 0..<150 {
        var example = ProductCase(&draws, large: number % 50 == 0)
        example.product.b_outer = 0
        example.product.b_inner = 0
        let expected = example.reference()
        withEachInstructionSet { isa in
          check(example.computedPacked(), expected, "\(isa), case \(number), \(example)")
        }
      }
    }

    @Test("Operands are rounded to bfloat16, ties to even, and sums are not")
    func rounding() {
      // 257 lies between 256 and 258, 259 between 258 and 260: both ties go to a multiple of 4.
      // 1 + 2⁻⁹ is nearer to 1; sums of 1 + 2⁻²⁰ keep what bfloat16 has no room for.
      let a: [Float] = [257, 259, 1 + 0x1p-9, 1], b: [Float] = [1, 1, 1, 0x1p-20]
      var description = ouroboros_product_t()
      (description.m, description.n, description.k) = (1, 1, 4)
      (description.a_row, description.a_column, description.b_row, description.b_column) = (4, 1, 1, 4)
      (description.c_row, description.outer, description.inner) = (1, 1, 1)
      description.alpha = 1
      description.operands = Int32(OUROBOROS_OPERANDS_BFLOAT16)
      let tail: [Float] = [1, 0x1p-20]
      withEachInstructionSet { isa in
        var sum: [Float] = [0], small: [Float] = [0]
        description.k = 3
        _ = withScratch(ouroboros_product_scratch(&description)) {
          ouroboros_product(&description, a, b, &sum, nil, $0)
        }
        #expect(sum[0] == 256 + 260 + 1, "\(isa)")
        description.k = 2
        _ = withScratch(ouroboros_product_scratch(&description)) {
          ouroboros_product(&description, [1, 1], tail, &small, nil, $0)
        }
        #expect(small[0] == 1 + 0x1p-20, "\(isa)")
      }
    }

    @Test("Sums of fractions: the error stays within the bound of a Float sum, and bits repeat")
    func fractions() {
      var draws = KernelDraws(seed: 4)
      for (m, n, k) in [(64, 96, 784), (33, 40, 50), (7, 1, 600), (3, 50, 300)] {
        let a = (0..<m * k).map { _ in Float(draws.below(2001) - 1000) / 1000 }
        let b = (0..<k * n).map { _ in Float(draws.below(2001) - 1000) / 1000 }
        for turned in [false, true] {
          var description = ouroboros_product_t()
          (description.m, description.n, description.k) = (m, n, k)
          (description.a_row, description.a_column) = (k, 1)
          (description.b_row, description.b_column) = turned ? (1, k) : (n, 1)
          (description.c_row, description.outer, description.inner) = (n, 1, 1)
          description.alpha = 1
          withEachInstructionSet { isa in
            var c = [Float](repeating: 0, count: m * n), again = c
            _ = withScratch(ouroboros_product_scratch(&description)) { scratch in
              ouroboros_product(&description, a, b, &c, nil, scratch)
              ouroboros_product(&description, a, b, &again, nil, scratch)
            }
            #expect(c == again, "\(isa): \(m)×\(n)×\(k) differs from itself")
            var worst = 0.0
            for i in 0..<m {
              for j in 0..<n {
                var sum = 0.0, size = 0.0
                for p in 0..<k {
                  let term = Double(a[i * k + p]) * Double(b[turned ? j * k + p : p * n + j])
                  sum += term
                  size += abs(term)
                }
                worst = max(worst, abs(Double(c[i * n + j]) - sum) / (size * 0x1p-24))
              }
            }
            // The bound of a sum in any order is k roundings; a wrong or missing term of size 1/2 would be
            // above a thousand times √k.
            #expect(worst <= 2 * Double(k).squareRoot(), "\(isa): \(m)×\(n)×\(k), \(worst) roundings")
          }
        }
      }
    }

    @Test("Empty products and the work of the peak kernel")
    func edges() {
      withEachInstructionSet { isa in
        var description = ouroboros_product_t()
        (description.m, description.n, description.k) = (2, 3, 0)
        (description.c_row, description.outer, description.inner) = (3, 1, 1)
        (description.a_column, description.b_column) = (1, 1)
        description.alpha = 1
        var c: [Float] = [7, 7, 7, 7, 7, 7]
        _ = withScratch(ouroboros_product_scratch(&description)) {
          ouroboros_product(&description, [], [], &c, [1, 2, 3], $0)
        }
        #expect(c == [1, 2, 3, 1, 2, 3], "\(isa)")
        for operands in [OUROBOROS_OPERANDS_FLOAT, OUROBOROS_OPERANDS_BFLOAT16] {
          var (one, two) = (0.0, 0.0)
          let value = ouroboros_peak_work(Int32(operands), 100, &one)
          #expect(value.isFinite && value > 0, "\(isa)")
          _ = ouroboros_peak_work(Int32(operands), 200, &two)
          #expect(one > 0 && two == 2 * one, "\(isa)")
        }
      }
    }
  }
}
