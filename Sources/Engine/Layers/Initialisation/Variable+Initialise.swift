import Randomness

extension Variable {
  /// Draws all values anew.
  ///
  /// - Parameters:
  ///   - fan: of the layer's weights, also for its bias.
  ///   - key: the key of the model. The name of the variable is folded into it, so one key serves
  ///     all variables of a model, in any order.
  public func initialise(_ initialisation: Initialisation, fan: Fan, key: RandomKey) {
    var stream = RandomStream(key: key.folding(text: name))
    let inputs = Float(max(fan.inputs, 1))
    let both = Float(max(fan.inputs + fan.outputs, 1))
    switch initialisation {
    case .zeros: values.update(repeating: 0)
    case .ones: values.update(repeating: 1)
    case .normal(let deviation): fillNormals(deviation, &stream)
    case .uniform(let bound): fillUniforms(bound, &stream)
    case .glorotUniform(let gain): fillUniforms(gain * (6 / both).squareRoot(), &stream)
    case .glorotNormal(let gain): fillNormals(gain * (2 / both).squareRoot(), &stream)
    case .heUniform(let slope):
      fillUniforms((6 / ((1 + slope * slope) * inputs)).squareRoot(), &stream)
    case .heNormal(let slope):
      fillNormals((2 / ((1 + slope * slope) * inputs)).squareRoot(), &stream)
    case .orthogonal(let gain): fillOrthogonal(gain, &stream)
    case .standard: fillUniforms(1 / inputs.squareRoot(), &stream)
    }
  }

  private func fillNormals(_ deviation: Float, _ stream: inout RandomStream) {
    stream.fillNormals(values)
    for index in values.indices { values[index] *= deviation }
  }

  private func fillUniforms(_ bound: Float, _ stream: inout RandomStream) {
    stream.fillUniforms(values)
    for index in values.indices { values[index] = (2 * values[index] - 1) * bound }
  }

  private func fillOrthogonal(_ gain: Float, _ stream: inout RandomStream) {
    let rows = shape.first ?? 1
    let columns = rows == 0 ? 0 : count / rows
    let (long, short) = (max(rows, columns), min(rows, columns))
    guard short > 0 else { return }
    var normals = [Double](repeating: 0, count: count)
    stream.fillNormals(&normals)
    // Normal numbers have full rank; LAPACK refuses nothing finite.
    guard let factor = orthogonalFactor(normals, rows: long, columns: short) else { return }
    // Column-major [long×short] is row-major [short×long].
    for row in 0..<rows {
      for column in 0..<columns {
        let entry = rows <= columns ? factor[row * long + column] : factor[column * long + row]
        values[row * columns + column] = gain * Float(entry)
      }
    }
  }
}
