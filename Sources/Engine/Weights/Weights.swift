/// Reads the values of all `variables` from a safetensors file that has their names and shapes as
/// PyTorch's `state_dict` has them.
///
/// - Parameters:
///   - file: F32, F16 or BF16, F64 (rounded to float32), or integers that float32 holds exactly.
///   - ignoresOthers: whether tensors that no variable is named after are passed over.
/// - Throws: `WeightsError` before anything is changed, with every variable that is missing, every
///   tensor that is unknown and everything whose shape or type does not fit; `SafetensorsError` for
///   values that are no float32 and when the file changes while it is read.
public func loadWeights(
  _ variables: [Variable], from file: SafetensorsFile, ignoringOthers ignoresOthers: Bool = false
) throws {
  var problems = WeightsError(path: file.path)
  problems.repeated = repeatedNames(variables)
  var pairs: [(Variable, SafetensorsFile.Entry)] = []
  for variable in variables {
    guard let entry = file.entry(variable.name) else {
      problems.missing.append(variable.name)
      continue
    }
    if entry.shape != variable.fileShape {
      problems.misshapen.append(
        .init(name: variable.name, expected: variable.fileShape, found: entry.shape))
    } else if !entry.type.hasReals {
      problems.unreadable.append("\(entry.name) \(entry.type.rawValue)")
    }
    pairs.append((variable, entry))
  }
  if !ignoresOthers {
    let names = Set(variables.map(\.name))
    problems.extra = file.entries.map(\.name).filter { !names.contains($0) }
  }
  guard problems.isEmpty else { throw problems }
  for (variable, entry) in pairs {
    if variable.fileLayout == .same {
      try file.floats(entry, into: variable.values)
    } else {
      var values = [Float](repeating: 0, count: entry.count)
      try values.withUnsafeMutableBufferPointer { try file.floats(entry, into: $0) }
      variable.assign(fileValues: values)
    }
  }
}

/// The bytes of a safetensors file with the values of all `variables`, F32, in the layout of PyTorch's
/// `state_dict`. The same values give the same bytes, whatever the order of the variables.
///
/// - Parameter isChecked: whether the metadata hold a checksum; see `requireChecksum`.
/// - Throws: `WeightsError` when two variables have the same name; `path` is for its message.
public func encodeWeights(
  _ variables: [Variable], metadata: [String: String] = [:], isChecked: Bool = false,
  path: String = "weights"
) throws(WeightsError) -> [UInt8] {
  var problems = WeightsError(path: path)
  problems.repeated = repeatedNames(variables)
  guard problems.isEmpty else { throw problems }
  let descriptions = variables.map {
    SafetensorsFile.Description(name: $0.name, type: .float32, shape: $0.fileShape)
  }
  let order = SafetensorsFile.order(of: descriptions)
  return SafetensorsFile.encode(
    order.map { descriptions[$0] }, metadata: metadata, isChecked: isChecked
  ) { place, bytes in
    let variable = variables[order[place]]
    if variable.fileLayout == .same {
      bytes.append(contentsOf: UnsafeRawBufferPointer(variable.values))
    } else {
      variable.fileValues.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
  }
}

/// The names that more than one variable has, and the one that the format keeps for itself.
private func repeatedNames(_ variables: [Variable]) -> [String] {
  var seen: Set<String> = ["__metadata__"]
  return variables.map(\.name).filter { !seen.insert($0).inserted }
}
