import Engine

extension RandomGraph {
  mutating func unary(_ x: Tensor) -> Tensor {
    if options.isSmooth {
      return choice([
        { -x }, { x.tanh() }, { x.sigmoid() }, { x.erf() }, { x.sin() }, { x.cos() }, { x.square() },
        { x.softplus() }, { x.tanh().exp() }, { (x.square() + 1).log() }, { (x.square() + 0.5).sqrt() },
        { (x.square() + 1).reciprocal() }, { (x.square() + 1).reciprocalSqrt() }, { x.square().log1p() },
      ])()
    }
    return choice([
      { -x }, { x.abs() }, { x.sign() }, { x.exp() }, { x.log() }, { (x.square() + 0.5).log() },
      { x.square().log1p() }, { x.abs().sqrt() }, { (x.square() + 1).reciprocalSqrt() },
      { x.reciprocal() }, { x.tanh() }, { x.sigmoid() }, { x.erf() }, { x.sin() }, { x.cos() },
      { x.floor() }, { x.relu() }, { x.leakyRelu(slope: 0.2) }, { x.softplus() }, { x.square() },
      { x + 0.5 }, { 2 - x }, { x * -0.75 }, { 1 / (x.abs() + 1) },
    ])()
  }

  /// A tensor that broadcasts together with `x`.
  mutating func partner(of x: Tensor) -> Tensor {
    for _ in 0..<6 {
      let y = recent()
      let rank = max(x.rank, y.rank)
      func extent(_ t: Tensor, _ axis: Int) -> Int {
        let own = axis - (rank - t.rank)
        return own < 0 ? 1 : t.shape[own]
      }
      let fits = (0..<rank).allSatisfy {
        let (a, b) = (extent(x, $0), extent(y, $0))
        return a == b || a == 1 || b == 1
      }
      let count = (0..<rank).reduce(1) { $0 * max(extent(x, $1), extent(y, $1)) }
      if fits, count <= 1000 { return y }
    }
    // A part of its shape: trailing axes, or some with extent 1.
    var shape = x.shape
    if chance(2) {
      shape = Array(shape.suffix(integer(x.rank + 1)))
    } else {
      for axis in shape.indices where chance(2) { shape[axis] = 1 }
    }
    return input(shape)
  }

  mutating func binary(_ x: Tensor, _ y: Tensor) -> Tensor {
    if options.isSmooth {
      return choice([
        { x + y }, { x - y }, { x * y }, { x * y }, { x / (y.square() + 1) },
        { (x.square() + 0.5).power(y.tanh()) },
      ])()
    }
    return choice([
      { x + y }, { x + y }, { y - x }, { x * y }, { x * y }, { x * y + x }, { x / y },
      { x / (y.abs() + 0.5) }, { x.maximum(y) }, { x.minimum(y) }, { (x.abs() + 0.1).power(y) },
      { x .< y }, { x .<= y }, { x .== y }, { x .> y }, { x .>= y },
    ])()
  }

  mutating func select(_ x: Tensor) -> Tensor {
    let y = partner(of: x)
    if options.isSmooth { return x * y.tanh() }
    return choice([
      { (x .> y).select(x, y) }, { (x .> 0).select(x, x * 0.2) }, { (x .> 0).select(y, 0) },
      { x.select(y, x) }, { (y .< x).select(1, x.square()) },
    ])()
  }

  mutating func axes(_ x: Tensor) -> [Int] { x.shape.indices.filter { _ in chance(2) } }

  mutating func reduce(_ x: Tensor) -> Tensor {
    let axes = axes(x)
    switch integer(options.isSmooth ? 3 : 7) {
    case 0: return x.sum(along: axes)
    case 1: return x.mean(along: axes)
    case 2: return x.total()
    case 3...4: return x.shape.contains(0) ? x : x.largest(along: axes)
    case 5: return x.rank == 0 || x.shape.contains(0) ? x : x.logSumExp(along: integer(x.rank))
    default:
      guard x.rank > 0, !x.shape.contains(0) else { return x }
      let last = [x.rank - 1]
      let powers = (x - x.largest(along: last)).exp()
      return powers / powers.sum(along: last)
    }
  }

  mutating func view(_ x: Tensor) -> Tensor {
    guard x.rank > 0 else { return x.broadcast(to: [extent(), 2]) }
    switch integer(6) {
    case 0:
      var order = Array(x.shape.indices)
      for axis in order.indices { order.swapAt(axis, integer(order.count)) }
      return x.permuted(order)
    case 1: return reshaped(x)
    case 2...3:
      var (starts, sizes, steps): ([Int], [Int], [Int]) = ([], [], [])
      for extent in x.shape {
        let start = integer(max(extent, 1))
        let step = 1 + integer(3)
        let most = extent == 0 ? 0 : (extent - 1 - start) / step + 1
        starts.append(extent == 0 ? 0 : start)
        steps.append(step)
        sizes.append(most == 0 ? 0 : 1 + integer(most))
      }
      return x.sliced(starts: starts, sizes: sizes, steps: steps)
    case 4:
      let shape = x.shape.map { $0 == 1 && chance(2) ? 1 + integer(4) : $0 }
      return x.count > 200 ? x : x.broadcast(to: (chance(2) ? [1 + integer(3)] : []) + shape)
    default: return x.rank >= 2 ? x.transposed : x.reshaped([1, x.count])
    }
  }

  /// The same elements in other axes: axes joined or split.
  mutating func reshaped(_ x: Tensor) -> Tensor {
    var shape = x.shape
    if shape.contains(0) { return x }
    if chance(2), shape.count >= 2 {
      let axis = integer(shape.count - 1)
      shape[axis] *= shape.remove(at: axis + 1)
    } else {
      let axis = integer(shape.count)
      let divisors = (1...max(shape[axis], 1)).filter { shape[axis] % $0 == 0 }
      let first = choice(divisors)
      shape.insert(first, at: axis)
      shape[axis + 1] = shape[axis + 1] / first
    }
    return shape.count <= 6 ? x.reshaped(shape) : x.reshaped([-1])
  }

  mutating func place(_ x: Tensor) -> Tensor {
    var (shape, starts, steps): ([Int], [Int], [Int]) = ([], [], [])
    for extent in x.shape {
      let (before, step) = (integer(2), 1 + integer(2))
      starts.append(before)
      steps.append(step)
      shape.append(before + max(extent - 1, 0) * step + 1 + integer(2))
    }
    return x.placed(in: shape, starts: starts, steps: steps)
  }

  mutating func concatenated(_ x: Tensor) -> Tensor {
    guard x.rank > 0 else { return x }
    let axis = integer(x.rank)
    var parts = [x]
    for _ in 0...integer(2) {
      let other = recent()
      var shape = other.shape
      if shape.count == x.rank {
        shape[axis] = x.shape[axis]
        if shape == x.shape {
          parts.append(other)
          continue
        }
      }
      parts.append(x.sliced(along: axis, from: 0, count: integer(x.shape[axis] + 1)))
    }
    return concatenate(parts, along: axis)
  }

  mutating func product(_ x: Tensor) -> Tensor {
    guard x.rank >= 2 else { return x.reshaped([1, -1]).matmul(input([x.count, extent()])) }
    let (rows, inner) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    switch integer(5) {
    case 0: return x.matmul(x.transposed)
    case 1: return x.matmul(input([inner, extent()]))
    case 2: return x.transposed.matmul(input(Array(x.shape.dropLast(2)) + [rows, extent()]))
    case 3:
      let columns = extent()
      var y = x.matmul(input([columns, inner]).transposed.reshaped([inner, columns]))
      if chance(2) { y = y + input([columns]) }
      if chance(2) { y = options.isSmooth ? y.tanh() : choice([{ y.relu() }, { y.leakyRelu() }])() }
      return y
    default:
      let y = input(Array(x.shape.dropLast(2)) + [inner, extent()])
      return x.matmul(y) + x.sliced(along: -1, from: 0, count: min(1, inner)).matmul(
        y.sliced(along: -2, from: 0, count: min(1, inner)))
    }
  }

  mutating func convolution(_ x: Tensor) -> Tensor {
    guard x.count > 0, x.count <= 300 else { return x }
    var image = x
    if x.rank != 4 { image = x.reshaped([1, x.rank == 0 ? 1 : x.shape[0], -1, 1]) }
    let channels = image.shape[3]
    let groups = choice((1...channels).filter { channels % $0 == 0 && $0 <= 3 })
    let outputs = groups * (1 + integer(3))
    let window = Window(
      kernel: [1 + integer(3), 1 + integer(3)], stride: [1 + integer(2), 1 + integer(2)],
      padding: [[integer(2), integer(3)], [integer(2), integer(2)]],
      dilation: [1 + integer(2), 1 + integer(2)], groups: groups)
    let extents = (0..<2).map { GraphCases.extent(image.shape[1 + $0], window, axis: $0) }
    if chance(3) {
      // The image as the result of a convolution, of the least extents that give it.
      let wide = (0..<2).map { axis -> Int in
        let reach = window.dilation[axis] * (window.kernel[axis] - 1) + 1
        let padding = window.padding[axis][0] + window.padding[axis][1]
        return (image.shape[1 + axis] - 1) * window.stride[axis] + reach - padding
      }
      guard wide.allSatisfy({ $0 > 0 }) else { return x }
      return image.transposedConvolution(
        input([channels] + window.kernel + [1 + integer(2)]), window, extents: wide)
    }
    guard extents.allSatisfy({ $0 > 0 }) else { return x }
    var y = image.convolution(input([outputs] + window.kernel + [channels / groups]), window)
    if chance(3) { y = y + input([outputs]) }
    if chance(3), !options.isSmooth { y = y.relu() }
    return y
  }

  mutating func lookUp(_ x: Tensor) -> Tensor {
    guard x.rank > 0, x.shape[0] > 0 else { return x }
    switch integer(3) {
    case 0: return x.gathered(at: indices(choice([[], [3], [2, 2]]), below: x.shape[0]))
    case 1:
      let rows = 1 + integer(5)
      return x.scatterAdded(at: indices(Array(x.shape.prefix(1 + integer(min(2, x.rank)))), below: rows), rows: rows)
    default:
      guard let classes = x.shape.last, classes > 0 else { return x }
      return x.picked(at: indices(Array(x.shape.dropLast()), below: classes))
    }
  }

  mutating func other(_ x: Tensor) -> Tensor {
    switch integer(options.isSmooth ? 4 : 7) {
    case 0...1:
      guard x.rank > 0 else { return x }
      return x.cumulativeSum(along: integer(x.rank), isExclusive: chance(2), isReversed: chance(2))
    case 2: return x * graph.random(choice([.normal, .uniform, .bernoulli(probability: 0.3)]), x.shape)
    case 3: return x.rank == 0 ? x : x + graph.indices(along: integer(x.rank), x.shape)
    case 4: return x.stopGradient()
    // NaN is no int32.
    case 5: return ((x .== x).select(x.tanh(), 0) * 9).cast(to: .int32).cast(to: .float32)
    default: return x + graph.constant((0..<x.count).map { Float($0 % 5) - 2 }, x.shape)
    }
  }
}
