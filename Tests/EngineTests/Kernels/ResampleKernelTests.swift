import CKernels
import Randomness
import Testing

extension KernelTests {
  /// Sums under many sets of weights against a plain loop, which has their bits: the order is the same.
  @Suite("Resampled sums") struct ResampleKernelTests {
    private static let panel = Int(RESAMPLE_PANEL)
    private static let shapes = [
      (1, 1, 1), (1, 4, 32), (2, 3, 31), (3, 5, 33), (7, 8, 64), (10, 13, 65), (100, 64, 2000),
      (101, 9, 97), (33, 1, 40), (5, 0, 7),
    ]

    @Test func sumsOnEveryInstructionSet() throws {
      let before = VectorISA.active
      defer { try? before.select() }
      var sets = 0
      for isa in VectorISA.allCases where isa.isSupported {
        try isa.select()
        sets += 1
        for (rows, columns, resamples) in Self.shapes {
          check(rows: rows, columns: columns, resamples: resamples, "\(isa)")
        }
      }
      #expect(sets >= 1)
    }

    private func check(rows: Int, columns: Int, resamples: Int, _ isa: String) {
      var stream = RandomStream(key: RandomKey(seed: UInt64(rows * 1000 + columns)))
      var values = [Double](repeating: 0, count: rows * columns)
      stream.fillNormals(&values)
      let panels = (resamples + Self.panel - 1) / Self.panel
      var weights = [Double](repeating: 0, count: panels * rows * Self.panel)
      stream.fillNormals(&weights)
      // One place behind the end, to be left alone.
      var sums = [Double](repeating: -1, count: columns * resamples + 1)
      ouroboros_resample_sums(values, rows, columns, weights, resamples, &sums)
      #expect(sums[columns * resamples] == -1)
      for column in 0..<columns {
        for resample in 0..<resamples {
          let (group, place) = resample.quotientAndRemainder(dividingBy: Self.panel)
          var sum = 0.0
          for row in 0..<rows {
            sum += values[row * columns + column] * weights[(group * rows + row) * Self.panel + place]
          }
          let found = sums[column * resamples + resample]
          guard found == sum else {
            Issue.record(
              "\(isa), \(rows)×\(columns)×\(resamples), \(column), \(resample): \(found), not \(sum)")
            return
          }
        }
      }
    }
  }
}
