import CKernels
import Testing

extension KernelTests {
  @Suite("Data movement") struct MovementKernelTests {
    private static func points(_ extents: [Int]) -> [[Int]] {
      extents.reduce([[]]) { points, extent in points.flatMap { p in (0..<extent).map { p + [$0] } } }
    }

    /// Strides of a dense array whose dimensions lie in `order`, outermost first, times `step`.
    private static func strides(_ extents: [Int], _ order: [Int], step: Int = 1) -> [Int] {
      var strides = [Int](repeating: 0, count: extents.count)
      var size = step
      for i in order.reversed() {
        strides[i] = size
        size *= extents[i]
      }
      return strides
    }

    @Test("Strided copies: permutations, steps, reversals, broadcasts, both widths")
    func copies() {
      var fuzz = TileFuzz(seed: 7)
      for _ in 0..<300 {
        let rank = fuzz.below(7)
        var room = 6000
        let extents = (0..<rank).map { _ in
          let choices = [1, 2, 3, 4, 7, 16, 19, 33, 100].filter { $0 <= room }
          let extent = choices[fuzz.below(choices.count)]
          room /= extent
          return extent
        }
        func order() -> [Int] {
          var order = Array(0..<rank)
          if fuzz.chance(70) { for i in stride(from: rank - 1, to: 0, by: -1) { order.swapAt(i, fuzz.below(i + 1)) } }
          return order
        }
        var from = Self.strides(extents, order(), step: fuzz.chance(20) ? 3 : 1)
        let to = Self.strides(extents, order(), step: fuzz.chance(20) ? 2 : 1)
        var start = 0
        for i in 0..<rank where fuzz.chance(10) {
          if fuzz.chance(50) {
            from[i] = 0
          } else {
            start += from[i] * (extents[i] - 1)
            from[i] = -from[i]
          }
        }
        withEachInstructionSet { isa in
          check(extents, from, start, to, UInt32.self, isa)
          check(extents, from, start, to, UInt16.self, isa)
        }
      }
    }

    private func check<Element: FixedWidthInteger>(
      _ extents: [Int], _ from: [Int], _ start: Int, _ to: [Int], _ type: Element.Type, _ isa: String
    ) {
      let size = 3 * extents.reduce(1, *) + 1
      let source = (0..<size).map { Element(truncatingIfNeeded: $0 &* 40_503 &+ 1) }
      var target = [Element](repeating: 0, count: size), wanted = target
      for point in Self.points(extents) {
        let a = zip(point, from).reduce(start) { $0 + $1.0 * $1.1 }
        let b = zip(point, to).reduce(0) { $0 + $1.0 * $1.1 }
        wanted[b] = source[a]
      }
      source.withUnsafeBufferPointer {
        ouroboros_copy_strided(
          Int32(MemoryLayout<Element>.size), Int32(extents.count), extents.map(Int64.init),
          $0.baseAddress! + start, from.map(Int64.init), &target, to.map(Int64.init))
      }
      #expect(
        target == wanted, "\(isa) \(Element.self) extents \(extents), from \(from), to \(to)")
    }

    @Test("Large transposes")
    func transposes() {
      for (rows, columns) in [(300, 517), (64, 1024), (1000, 16), (17, 2000)] {
        withEachInstructionSet { isa in
          check([columns, rows], [1, columns], 0, [rows, 1], UInt32.self, isa)
          check([columns, rows], [1, columns], 0, [rows, 1], UInt16.self, isa)
        }
      }
    }

    @Test("An empty copy writes nothing")
    func emptyCopy() {
      var target: [Float] = [5]
      ouroboros_copy_strided(4, 2, [3, 0], [Float(1)], [1, 1], &target, [1, 1])
      #expect(target == [5])
    }

    @Test("Gathering and scattering rows; indices out of range")
    func rows() {
      withEachInstructionSet { isa in
        let table = (0..<35).map(Float.init), indices: [Int32] = [3, 0, 3, 4, 1, 3]
        var out = [Float](repeating: -1, count: 42)
        #expect(ouroboros_gather_rows(4, table, 5, 7, indices, 6, &out) == -1)
        #expect(out == indices.flatMap { i in (0..<7).map { Float(Int(i) * 7 + $0) } }, "\(isa)")
        var sums = [Float](repeating: 1, count: 35), wanted = sums
        for (i, row) in indices.enumerated() { for j in 0..<7 { wanted[Int(row) * 7 + j] += out[i * 7 + j] } }
        #expect(ouroboros_scatter_add_rows(out, 7, indices, 6, &sums, 5) == -1)
        #expect(sums == wanted, "\(isa)")
        for bad: Int32 in [5, -1, .max, .min] {
          let before = out, kept = sums
          #expect(ouroboros_gather_rows(4, table, 5, 7, [0, 1, bad, 7], 4, &out) == 2)
          #expect(ouroboros_scatter_add_rows(out, 7, [0, 1, bad, 7], 4, &sums, 5) == 2)
          #expect(out == before && sums == kept)
        }
      }
    }

    @Test("Cumulative sums", arguments: [1, 3, 16, 20])
    func cumulativeSums(inner: Int) {
      let outer = 2, length = 9
      let x = (0..<outer * length * inner).map { Float($0 % 13 - 5) }
      for reverse in [false, true] {
        for exclusive in [false, true] {
          var wanted = x
          for i in 0..<outer {
            for j in 0..<inner {
              var sum: Float = 0
              for t in reverse ? Array((0..<length).reversed()) : Array(0..<length) {
                let place = (i * length + t) * inner + j
                wanted[place] = exclusive ? sum : sum + x[place]
                sum += x[place]
              }
            }
          }
          var out = x
          out.withUnsafeMutableBufferPointer {
            ouroboros_cumulative_sum(
              $0.baseAddress, $0.baseAddress, Int64(outer), Int64(length), Int64(inner),
              reverse ? 1 : 0, exclusive ? 1 : 0)
          }
          #expect(out == wanted, "reverse \(reverse), exclusive \(exclusive)")
        }
      }
    }

    @Test("Fills, and Bernoulli numbers as the uniform ones below the probability")
    func fills() {
      withEachInstructionSet { isa in
        for count in [0, 1, 15, 16, 33] {
          var x = [Float](repeating: 1, count: count + 1)
          ouroboros_fill(-2.5, &x, count)
          #expect(x == [Float](repeating: -2.5, count: count) + [1], "\(isa)")
        }
        let count = 10_001
        var uniform = [Float](repeating: 0, count: count), bernoulli = uniform
        ckernels_random_uniforms_float(77, 5, &uniform, count)
        ckernels_random_bernoulli_float(77, 5, 0.3, &bernoulli, count)
        #expect(bernoulli == uniform.map { $0 < 0.3 ? 1 : 0 }, "\(isa)")
      }
    }
  }
}
