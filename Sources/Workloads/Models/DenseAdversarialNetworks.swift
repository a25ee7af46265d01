import Engine
import Randomness

/// Generator L-H-H-D, ReLU and a sigmoid at the end; critic D-H-H-1, ReLU.
package struct DenseAdversarialNetworks: AdversarialNetworks {
  let generator, critic: [Linear]
  package let imageShape: [Int]

  package var generatorVariables: [Variable] { generator.flatMap(\.variables) }
  package var criticVariables: [Variable] { critic.flatMap(\.variables) }

  package init(latent: Int, hidden: Int, data: Int, key: RandomKey) {
    func chain(_ name: String, _ widths: [Int]) -> [Linear] {
      (1..<widths.count).map {
        Linear("\(name).fc\($0)", inputs: widths[$0 - 1], outputs: widths[$0], key: key)
      }
    }
    generator = chain("generator", [latent, hidden, hidden, data])
    critic = chain("critic", [data, hidden, hidden, 1])
    imageShape = [data]
  }

  package func generated(_ z: Tensor) -> Tensor { applied(generator, z).sigmoid() }

  package func scores(_ images: Tensor) -> Tensor { applied(critic, images) }

  private func applied(_ layers: [Linear], _ x: Tensor) -> Tensor {
    layers.indices.reduce(x) { h, layer in
      layer + 1 < layers.count ? layers[layer](h).relu() : layers[layer](h)
    }
  }
}
