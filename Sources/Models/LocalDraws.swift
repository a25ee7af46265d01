import Glibc
import Randomness

extension RandomStream {
  mutating func gamma(shape: Double) -> Double {
    if shape < 1 { return gamma(shape: shape + 1) * pow(1 - uniform(), 1 / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      if v > 0, log(1 - uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }
  mutating func multinomial(_ n: Int, _ p: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: p.count)
    let total = p.reduce(0, +)
    for _ in 0..<n {
      var u = uniform() * total
      var k = 0
      while k < p.count - 1, u >= p[k] { u -= p[k]; k += 1 }
      while p[k] == 0 { k -= 1 }
      counts[k] += 1
    }
    return counts
  }
}
