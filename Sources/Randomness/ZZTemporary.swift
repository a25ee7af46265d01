public struct AliasTable: Sendable {
  let p: [Double]
  public init(_ p: [Double]) { self.p = p }
  public func draw(_ stream: inout RandomStream) -> Int {
    var u = stream.uniform() * p.reduce(0, +)
    for (i, x) in p.enumerated() { if u < x { return i }; u -= x }
    return p.count - 1
  }
}
extension RandomStream {
  public mutating func multinomial(_ n: Int, probabilities p: [Double]) -> [Int] {
    var c = [Int](repeating: 0, count: p.count); let t = AliasTable(p)
    for _ in 0..<n { c[t.draw(&self)] += 1 }
    return c
  }
  public mutating func sample(_ k: Int, of n: Int) -> [Int] {
    var out: [Int] = []; var need = k
    for i in 0..<n where integer(below: n - i) < need { out.append(i); need -= 1 }
    return out
  }
}
