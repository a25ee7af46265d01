import Engine

extension GoldenCase {
  static let adversarial: [GoldenCase] = [
    squared("wgan_generator_mlp") {
      let fc1 = Linear("fc1", inputs: 4, outputs: 8, key: key)
      let fc2 = Linear("fc2", inputs: 8, outputs: 8, key: key)
      let fc3 = Linear("fc3", inputs: 8, outputs: 6, key: key)
      return ([fc1, fc2, fc3], { fc3(fc2(fc1($0).relu()).relu()).sigmoid() })
    },
    squared("wgan_generator_conv") {
      let fc = Linear("fc", inputs: 4, outputs: 24, outputImage: [2, 2, 6], key: key)
      let conv1 = TransposedConvolutionLayer(
        "conv1", inputs: 6, outputs: 3, kernel: 4, stride: 2, padding: 1, key: key)
      let conv2 = TransposedConvolutionLayer(
        "conv2", inputs: 3, outputs: 1, kernel: 4, stride: 2, padding: 1, key: key)
      return (
        [fc, conv1, conv2],
        { conv2(conv1(fc($0).relu().reshaped([5, 2, 2, 6])).relu()).sigmoid() }
      )
    },
    penalised("wgan_gp_mlp") {
      let fc1 = Linear("fc1", inputs: 6, outputs: 8, key: key)
      let fc2 = Linear("fc2", inputs: 8, outputs: 8, key: key)
      let fc3 = Linear("fc3", inputs: 8, outputs: 1, key: key)
      return ([fc1, fc2, fc3], { fc3(fc2(fc1($0).relu()).relu()) })
    },
    penalised("wgan_gp_conv") {
      let conv1 = ConvolutionLayer(
        "conv1", inputs: 1, outputs: 3, kernel: 4, stride: 2, padding: 1, key: key)
      let conv2 = ConvolutionLayer(
        "conv2", inputs: 3, outputs: 6, kernel: 4, stride: 2, padding: 1, key: key)
      let fc = Linear("fc", inputs: 24, outputs: 1, inputImage: [2, 2, 6], key: key)
      return (
        [conv1, conv2, fc],
        { fc(conv2(conv1($0).leakyRelu(slope: 0.2)).leakyRelu(slope: 0.2).reshaped([$0.shape[0], -1])) }
      )
    },
    GoldenCase(name: "spectral_norm") {
      let fc1 = Linear("fc1", inputs: 5, outputs: 8, key: key)
      let fc2 = Linear("fc2", inputs: 8, outputs: 1, key: key)
      // The file keeps u alone, under its own name.
      let vectors = [fc1, fc2].map {
        Variable("\($0.weight.name.prefix(3)).u", [$0.weight.shape[0]], isTrainable: false)
      }
      return Model(variables: fc1.variables + fc2.variables + vectors) { graph, inputs in
        let weights = zip([fc1, fc2], vectors).map { layer, u in
          graph.value(of: layer.weight).spectrallyNormalised(u: graph.value(of: u))
        }
        let h = fc1(inputs["x"]!, weight: weights[0].weights).leakyRelu(slope: 0.2)
        let y = fc2(h, weight: weights[1].weights)
        return Pass(
          outputs: ["y": y], loss: y.meanSquaredError(inputs["target"]!),
          updates: zip(vectors, weights).map { .assign($0, $1.u) })
      }
    },
  ]

  /// A critic's loss with gradient penalty (Gulrajani et al. 2017, equation 3).
  private static func penalised(
    _ name: String, _ make: @escaping @Sendable () -> ([any Layer], (Tensor) -> Tensor)
  ) -> GoldenCase {
    GoldenCase(name: name) {
      let (layers, critic) = make()
      return Model(variables: layers.variables) { graph, inputs in
        let (real, fake) = (inputs["real"]!, inputs["fake"]!)
        let x = fake + inputs["mix"]! * (real - fake)
        let slope = gradients(of: critic(x), withRespectTo: [x])[0]
        let norm = slope.square().sum(along: Array(1..<slope.rank)).sqrt()
        let penalty = (norm - 1).square().average()
        let (onReal, onFake) = (critic(real), critic(fake))
        var outputs = ["real": onReal, "fake": onFake, "slope": slope, "penalty": penalty]
        let second = gradients(
          of: penalty, withRespectTo: layers.variables.map { graph.value(of: $0) })
        for (variable, gradient) in zip(layers.variables, second) {
          outputs["penalty_gradient.\(variable.name)"] = gradient
        }
        return Pass(
          outputs: outputs, loss: onFake.average() - onReal.average() + 10 * penalty)
      }
    }
  }
}
