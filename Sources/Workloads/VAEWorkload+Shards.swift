import Engine
import Networks
import Randomness

extension VAEWorkload {
  /// The loss of a shard of `images` images, read from the input `x`.
  public func shardContent(in graph: Graph, images: Int) -> TrainingStep.Content {
    let x = graph.input("x", [images, data])
    return TrainingStep.Content(
      loss: model.loss(x, noise: graph.random(.normal, [images, model.latent])))
  }

  /// Gives the program of a shard its images and its noise; both are functions of step and shard.
  public func prepareShard(_ program: Program, step: Int, shard: Int) {
    let key = key.folding(.fit).folding(UInt64(step)).shard(shard)
    var stream = RandomStream(key: key.folding(.realData))
    stream.fillUniforms(program.input("x"))
    program.setKey(key)
  }
}
