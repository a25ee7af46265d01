import CKernels
import Foundation
import Testing

extension KernelTests {
  @Suite("Functions of tile programs") struct TileFunctionTests {
    /// A program that applies one function to `x`.
    private static func apply(_ operation: Int, _ x: [Float], _ y: [Float] = []) -> [Float] {
      var program = TileProgram(extents: [1, 1, 1, 1, x.count])
      let a = program.operand(along: 16), b = program.operand(along: 16), result = program.operand(along: 16)
      program.operands[a].values = x.map(Double.init)
      if !y.isEmpty { program.operands[b].values = y.map(Double.init) }
      let first = program.add(OUROBOROS_LOAD, operand: a)
      let second = program.add(OUROBOROS_LOAD, operand: b)
      program.add(OUROBOROS_STORE, program.add(operation, first, second), operand: result)
      return program.run()[result].map { Float($0) }
    }

    /// Distance in units of the last place of the exact result.
    private static func ulps(_ got: Float, _ exact: Double) -> Double {
      let nearest = Float(exact)
      if got == nearest || (got.isNaN && exact.isNaN) { return 0 }
      if !got.isFinite || !nearest.isFinite {
        // A result on the other side of the largest float counts by its distance from there.
        if got.isFinite != nearest.isFinite, !got.isNaN, !exact.isNaN, abs(exact) < 0x1.000002p128 { return 1 }
        return .infinity
      }
      return abs(Double(got) - exact) / Double(max(nearest.ulp, Float.leastNormalMagnitude.ulp))
    }

    /// `count` numbers from `low` to `high`, spread evenly over the floats in between.
    private static func floats(_ low: Float, _ high: Float, _ count: Int = 40_000) -> [Float] {
      func ordinal(_ x: Float) -> Int {
        let bits = Int(x.bitPattern & 0x7fff_ffff)
        return x.sign == .minus ? -bits : bits
      }
      let first = ordinal(low), last = ordinal(high)
      return (0..<count).map { i in
        let n = first + (last - first) / count * i + (last - first) % count * i / count
        return n < 0 ? -Float(bitPattern: UInt32(-n)) : Float(bitPattern: UInt32(n))
      } + [low, high]
    }

    private struct Bound {
      let name: String
      let operation: Int
      let ranges: [(Float, Float)]
      let limit: Double
    }

    private static let bounds = [
      Bound(name: "exp", operation: OUROBOROS_EXP, ranges: [(-87.3, 88.8), (-1, 1), (-120, 120)], limit: 1.5),
      Bound(name: "log", operation: OUROBOROS_LOG, ranges: [(.leastNonzeroMagnitude, .greatestFiniteMagnitude), (0.5, 2)], limit: 1.5),
      Bound(name: "log1p", operation: OUROBOROS_LOG1P, ranges: [(-0.999999, 1e30), (-0.5, 1), (-1e-6, 1e-6)], limit: 2),
      Bound(name: "sqrt", operation: OUROBOROS_SQRT, ranges: [(1e-37, .greatestFiniteMagnitude)], limit: 0.51),
      Bound(name: "rsqrt", operation: OUROBOROS_RSQRT, ranges: [(1e-37, .greatestFiniteMagnitude)], limit: 1.5),
      Bound(name: "reciprocal", operation: OUROBOROS_RECIPROCAL, ranges: [(-8e37, 8e37)], limit: 0.51),
      Bound(name: "tanh", operation: OUROBOROS_TANH, ranges: [(-30, 30), (-1, 1), (0.3, 3)], limit: 2.1),
      Bound(name: "sigmoid", operation: OUROBOROS_SIGMOID, ranges: [(-87, 87), (-3, 3)], limit: 2),
      Bound(name: "softplus", operation: OUROBOROS_SOFTPLUS, ranges: [(-87, 200), (-3, 3)], limit: 2),
      Bound(name: "erf", operation: OUROBOROS_ERF, ranges: [(-9, 9), (0.2, 2)], limit: 2),
      Bound(name: "sin", operation: OUROBOROS_SIN, ranges: [(-10_000, 10_000), (-7, 7), (9000, 10_000)], limit: 2),
      Bound(name: "cos", operation: OUROBOROS_COS, ranges: [(-10_000, 10_000), (-7, 7), (9000, 10_000)], limit: 2),
      Bound(name: "floor", operation: OUROBOROS_FLOOR, ranges: [(-1e9, 1e9), (-3, 3)], limit: 0),
    ]

    @Test("Errors in units of the last place")
    func errors() {
      for bound in Self.bounds {
        for (low, high) in bound.ranges {
          let x = Self.floats(low, high)
          withEachInstructionSet { isa in
            let got = Self.apply(bound.operation, x)
            var worst = (error: 0.0, at: 0)
            for i in x.indices {
              let error = Self.ulps(got[i], TileProgram.function(bound.operation, Double(x[i])))
              if error > worst.error { worst = (error, i) }
            }
            #expect(
              worst.error <= bound.limit,
              "\(bound.name) \(isa): \(worst.error) ulp at \(x[worst.at]), got \(got[worst.at])")
          }
        }
      }
    }

    @Test("Zeros, infinities, NaN and denormals as in C's library")
    func edges() {
      let infinity = Float.infinity
      let x: [Float] = [
        0, -0.0, infinity, -infinity, .nan, 1, -1, 0x1p-133, -0x1p-133, .greatestFiniteMagnitude,
        -.greatestFiniteMagnitude, .leastNormalMagnitude, 104, -104.5, 3e38,
      ]
      let operations = Self.bounds.map(\.operation)
        + [
          OUROBOROS_NEGATE, OUROBOROS_ABSOLUTE, OUROBOROS_SIGN, OUROBOROS_SQUARE, OUROBOROS_RELU,
          OUROBOROS_IS_NAN,
        ]
      withEachInstructionSet { isa in
        for operation in operations {
          let got = Self.apply(operation, x)
          for i in x.indices {
            let exact = TileProgram.function(operation, Double(x[i]))
            let beyondAccuracy = [OUROBOROS_SIN, OUROBOROS_COS].contains(operation) && abs(x[i]) > 1e4
            let agrees = beyondAccuracy && exact.isFinite
              ? abs(got[i]) <= 1 : Self.ulps(got[i], exact) <= 2 || abs(Double(got[i]) - exact) < 1e-38
            #expect(agrees, "operation \(operation) \(isa) at \(x[i]): got \(got[i]), expected \(exact)")
            if exact == 0, got[i] == 0 {
              #expect(
                got[i].sign == exact.sign || operation == OUROBOROS_RELU,
                "sign of operation \(operation) \(isa) at \(x[i])")
            }
          }
        }
      }
    }

    @Test("Powers")
    func powers() {
      var x: [Float] = [], y: [Float] = []
      var fuzz = TileFuzz(seed: 5)
      for _ in 0..<40_000 {
        x.append(exp2(Float(fuzz.below(200_000) - 100_000) / 1000))
        y.append(Float(fuzz.below(20_000) - 10_000) / 1000)
      }
      let special: [Float] = [0, -0.0, 1, -1, 2, -2, 0.5, -3, .infinity, -.infinity, .nan, 0x1p-133, 3]
      for a in special {
        for b in special {
          x.append(a)
          y.append(b)
        }
      }
      withEachInstructionSet { isa in
        let got = Self.apply(OUROBOROS_POWER, x, y)
        for i in x.indices {
          let exact = pow(Double(x[i]), Double(y[i]))
          #expect(
            Self.ulps(got[i], exact) <= 1.5, "pow \(isa) (\(x[i]), \(y[i])): got \(got[i]), expected \(exact)")
        }
      }
    }

    @Test("Maxima and comparisons with NaN")
    func comparisons() {
      let values: [Float] = [.nan, -.infinity, -1, 0, 2, .infinity]
      let x = values.flatMap { a in values.map { _ in a } }, y = values.flatMap { _ in values }
      let operations = [OUROBOROS_MAXIMUM, OUROBOROS_MINIMUM] + Array(OUROBOROS_LESS...OUROBOROS_RELU_MASK)
      withEachInstructionSet { isa in
        for operation in operations {
          let got = Self.apply(operation, x, y)
          for i in x.indices {
            let exact = TileProgram.function(
              ouroboros_tile_instruction(
                operation: UInt16(operation), a: 0, b: 0, c: 0, operand: 0, immediate: 0),
              [Double(x[i]), Double(y[i])])
            #expect(
              Double(got[i]) == exact || (got[i].isNaN && exact.isNaN),
              "operation \(operation) \(isa) (\(x[i]), \(y[i])): got \(got[i]), expected \(exact)")
          }
        }
      }
    }
  }
}
