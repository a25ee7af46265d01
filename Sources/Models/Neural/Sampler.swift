import Engine
import Randomness
import Samples

/// Draws samples from a generator in batches, each with a key of its own; the ranks of a group draw
/// contiguous runs of batches and exchange them.
struct Sampler {
  /// The output `samples` [batch, …]; the input `labels` [batch] where there are classes.
  let program: Program
  let batch: Int
  let space: SampleSpace
  let order: SampleOrder

  func draw(
    _ request: SampleRequest, labels: [Int32], exchange: any ShardExchange
  ) throws -> SampleSet {
    let width = space.width
    let batches = (request.count + batch - 1) / batch
    let parts = (0..<exchange.ranks).map { rank in
      batches * rank / exchange.ranks..<batches * (rank + 1) / exchange.ranks
    }
    var own: [Float] = []
    for index in parts[exchange.rank] {
      try Interruption.check()
      program.setKey(request.key.folding(UInt64(index)))
      if !labels.isEmpty {
        let input = program.integerInput("labels")
        for place in 0..<batch { input[place] = labels[min(index * batch + place, labels.count - 1)] }
      }
      try program.run()
      own += program.output("samples")
    }
    let drawn = try exchange.gather(own, counts: parts.map { $0.count * batch * width })
    var reals: [Double] = []
    reals.reserveCapacity(request.count * width)
    drawn.withUnsafeBufferPointer { drawn in
      for row in 0..<request.count {
        order.append(fromNetwork: drawn[row * width..<(row + 1) * width], to: &reals)
      }
    }
    return SampleSet(
      space: space, reals: reals, labels: labels.isEmpty ? nil : labels,
      provenance: request.provenance)
  }
}
