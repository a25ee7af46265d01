import CKernels
import Foundation
import Testing

extension KernelTests {
  /// The updates against the formulas in Double, three steps on odd lengths.
  @Suite("Optimiser kernels") struct OptimiserKernelTests {
    private static let count = 1_000 + 7

    private func numbers(_ seed: UInt64, scale: Double = 1) -> [Float] {
      var fuzz = TileFuzz(seed: seed)
      return (0..<Self.count).map { _ in Float(scale * Double(fuzz.below(20_001) - 10_000) / 10_000) }
    }

    private func expectNear(_ got: [Float], _ wanted: [Double], _ label: String) {
      for i in got.indices {
        #expect(
          abs(Double(got[i]) - wanted[i]) <= 2e-6 * (abs(wanted[i]) + 0.1),
          "\(label), element \(i): got \(got[i]), expected \(wanted[i])")
        if abs(Double(got[i]) - wanted[i]) > 2e-6 * (abs(wanted[i]) + 0.1) { return }
      }
    }

    @Test("Stochastic gradient descent: plain, momentum, Nesterov, decay", arguments: [0, 1, 2])
    func descent(form: Int) {
      withEachInstructionSet { isa in
        var p = numbers(1), v = [Float](repeating: 0, count: Self.count)
        var q = p.map(Double.init), w = v.map(Double.init)
        let options = ouroboros_sgd(
          rate: 0.1, momentum: form > 0 ? 0.9 : 0, weight_decay: 0.01, gradient_scale: 0.5,
          nesterov: form == 2 ? 1 : 0)
        for step in 0..<3 {
          let g = numbers(UInt64(10 + step))
          withUnsafePointer(to: options) {
            ouroboros_sgd_update($0, g, &p, nil, form == 0 ? Self.count : 0)
            if form > 0 { ouroboros_sgd_update($0, g, &p, &v, Self.count) }
          }
          for i in q.indices {
            var d = 0.5 * Double(g[i]) + 0.01 * q[i]
            if form > 0 {
              w[i] = 0.9 * w[i] + d
              d = form == 2 ? d + 0.9 * w[i] : w[i]
            }
            q[i] -= 0.1 * d
          }
        }
        expectNear(p, q, "form \(form) \(isa)")
        expectNear(v, w, "velocity, form \(form) \(isa)")
      }
    }

    @Test("RMSProp: plain, momentum, centred", arguments: [0, 1, 2, 3])
    func meanSquares(form: Int) {
      let momentum = form & 1 == 1, centred = form & 2 == 2
      withEachInstructionSet { isa in
        var p = numbers(1), zeros = [Float](repeating: 0, count: Self.count)
        var s = zeros, v = zeros, m = zeros
        var q = p.map(Double.init), t = s.map(Double.init), w = t, n = t
        zeros = []
        let options = ouroboros_rmsprop(
          rate: 0.01, alpha: 0.9, epsilon: 1e-3, momentum: momentum ? 0.5 : 0, weight_decay: 0.1,
          gradient_scale: 2)
        for step in 0..<3 {
          let g = numbers(UInt64(20 + step))
          withUnsafePointer(to: options) { options in
            s.withUnsafeMutableBufferPointer { s in
              v.withUnsafeMutableBufferPointer { v in
                m.withUnsafeMutableBufferPointer { m in
                  ouroboros_rmsprop_update(
                    options, g, &p, s.baseAddress, momentum ? v.baseAddress : nil,
                    centred ? m.baseAddress : nil, Self.count)
                }
              }
            }
          }
          for i in q.indices {
            let d = 2 * Double(g[i]) + 0.1 * q[i]
            t[i] = 0.9 * t[i] + 0.1 * d * d
            var mean = t[i]
            if centred {
              n[i] += 0.1 * (d - n[i])
              mean -= n[i] * n[i]
            }
            var u = d / (mean.squareRoot() + 1e-3)
            if momentum {
              w[i] = 0.5 * w[i] + u
              u = w[i]
            }
            q[i] -= 0.01 * u
          }
        }
        expectNear(p, q, "form \(form) \(isa)")
        expectNear(s, t, "squares, form \(form) \(isa)")
      }
    }

    @Test("Adam and AdamW", arguments: [false, true])
    func adam(decoupled: Bool) {
      withEachInstructionSet { isa in
        var p = numbers(1), m = [Float](repeating: 0, count: Self.count), v = m
        var q = p.map(Double.init), a = m.map(Double.init), b = a
        for step in 1...3 {
          let g = numbers(UInt64(30 + step))
          let options = ouroboros_adam(
            rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weight_decay: 0.1, gradient_scale: 1,
            correction1: Float(1 - pow(0.9, Double(step))),
            correction2: Float(1 - pow(0.99, Double(step))), decoupled: decoupled ? 1 : 0)
          withUnsafePointer(to: options) { ouroboros_adam_update($0, g, &p, &m, &v, Self.count) }
          for i in q.indices {
            var d = Double(g[i])
            if decoupled { q[i] *= 1 - 0.01 * 0.1 } else { d += 0.1 * q[i] }
            a[i] += 0.1 * (d - a[i])
            b[i] = 0.99 * b[i] + 0.01 * d * d
            let root = (b[i] / (1 - pow(0.99, Double(step)))).squareRoot()
            q[i] -= 0.01 / (1 - pow(0.9, Double(step))) * a[i] / (root + 1e-6)
          }
        }
        expectNear(p, q, "decoupled \(decoupled) \(isa)")
      }
    }

    @Test("Averages, clipping, scaling, sums of squares")
    func small() {
      withEachInstructionSet { isa in
        let x = numbers(1)
        var average = numbers(2)
        let before = average
        ouroboros_moving_average(0.9, x, &average, Self.count)
        expectNear(average, zip(before, x).map { 0.9 * Double($0) + 0.1 * Double($1) }, "average \(isa)")
        var clipped = x
        clipped[5] = .nan
        ouroboros_clip(-0.25, 0.5, &clipped, Self.count)
        #expect(clipped[5].isNaN)
        for i in x.indices where i != 5 { #expect(clipped[i] == min(max(x[i], -0.25), 0.5)) }
        var scaled = x
        ouroboros_scale(-3, &scaled, Self.count)
        #expect(scaled == x.map { $0 * -3 })
        for count in [0, 1, 15, 16, 17, 64, 65, Self.count] {
          let exact = x.prefix(count).reduce(0) { $0 + Double($1) * Double($1) }
          let got = ouroboros_sum_of_squares(x, count)
          #expect(abs(got - exact) <= 1e-6 * exact, "\(isa), \(count): \(got), expected \(exact)")
        }
        #expect(ouroboros_sum_of_squares([1e30, 1e30], 2) > 1e60)
        #expect(ouroboros_sum_of_squares([1, .nan], 2).isNaN)
      }
    }

    @Test("Long sums of squares are as accurate as pairwise ones")
    func longSum() {
      let count = 1 << 22
      let x = [Float](repeating: 0.1, count: count)
      let exact = Double(count) * Double(x[0]) * Double(x[0])
      withEachInstructionSet { isa in
        let error = abs(ouroboros_sum_of_squares(x, count) / exact - 1)
        #expect(error < 2e-6, "\(isa): relative error \(error)")
      }
    }

    @Test("One element that is not finite is found wherever it is")
    func finite() {
      withEachInstructionSet { isa in
        var x = numbers(3)
        #expect(ouroboros_all_finite(x, Self.count) == 1, "\(isa)")
        x[1] = .greatestFiniteMagnitude
        #expect(ouroboros_all_finite(x, Self.count) == 1, "\(isa)")
        for i in [0, 17, 500, 959, 960, Self.count - 1] {
          for bad in [Float.nan, .infinity, -.infinity] {
            var y = x
            y[i] = bad
            #expect(ouroboros_all_finite(y, Self.count) == 0, "\(isa), \(bad) at \(i)")
          }
        }
      }
    }
  }
}
