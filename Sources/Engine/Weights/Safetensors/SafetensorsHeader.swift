/// The JSON header of a safetensors file: an object of tensors and, under `__metadata__`, an object
/// of strings. The grammar is fixed and flat, so it is read directly: a general JSON decoder would
/// not notice repeated keys, and two readers could then see different tensors in one file.
struct SafetensorsHeader {
  private(set) var entries: [SafetensorsFile.Entry] = []
  private(set) var metadata: [(key: String, value: String)] = []

  private var scanner: JSONScanner
  private let path: String

  init(_ text: [UInt8], path: String) {
    self.scanner = JSONScanner(text, path: path)
    self.path = path
  }

  mutating func parse() throws(SafetensorsError) {
    var names: Set<String> = []
    var sawMetadata = false
    try scanner.expect("{")
    var isFirst = true
    while try scanner.continues(until: "}", isFirst: isFirst) {
      isFirst = false
      let name = try scanner.string()
      try scanner.expect(":")
      if name == "__metadata__" {
        guard !sawMetadata else { throw malformed("__metadata__ twice") }
        sawMetadata = true
        try parseMetadata()
        continue
      }
      guard names.insert(name).inserted else {
        throw malformed("tensor '\(name.prefix(80))' twice")
      }
      guard names.count <= SafetensorsFile.mostTensors else {
        throw malformed("more than \(SafetensorsFile.mostTensors) tensors")
      }
      entries.append(try entry(name))
    }
    try scanner.expectEnd()
  }

  private mutating func parseMetadata() throws(SafetensorsError) {
    var keys: Set<String> = []
    try scanner.expect("{")
    while try scanner.continues(until: "}", isFirst: keys.isEmpty) {
      let key = try scanner.string()
      guard keys.insert(key).inserted else { throw malformed("metadata '\(key.prefix(80))' twice") }
      try scanner.expect(":")
      metadata.append((key, try scanner.string()))
    }
  }

  private mutating func entry(_ name: String) throws(SafetensorsError) -> SafetensorsFile.Entry {
    var type: SafetensorsType?
    var shape: [Int]?
    var offsets: [Int]?
    func malformed(_ reason: String) -> SafetensorsError {
      .malformed(path: path, reason: "header: tensor '\(name.prefix(80))': \(reason)")
    }
    try scanner.expect("{")
    var isFirst = true
    while try scanner.continues(until: "}", isFirst: isFirst) {
      isFirst = false
      let key = try scanner.string()
      try scanner.expect(":")
      switch key {
      case "dtype" where type == nil:
        let word = try scanner.string()
        guard let known = SafetensorsType(rawValue: word) else {
          throw malformed("unknown dtype '\(word.prefix(20))'")
        }
        type = known
      case "shape" where shape == nil: shape = try scanner.integers()
      case "data_offsets" where offsets == nil: offsets = try scanner.integers()
      case "dtype", "shape", "data_offsets": throw malformed("\(key) twice")
      default: throw malformed("unknown key '\(key.prefix(80))'")
      }
    }
    guard let type, let shape, let offsets else {
      throw malformed("dtype, shape and data_offsets are all needed")
    }
    guard offsets.count == 2 else { throw malformed("\(offsets.count) data_offsets, expected 2") }
    guard offsets[0] <= offsets[1] else { throw malformed("data_offsets are reversed") }
    // Without the zeros, which would hide that the others overflow.
    var size = type.byteCount
    for dimension in shape where dimension != 0 {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw malformed("the size of shape \(shape.prefix(8)) overflows") }
      size = product
    }
    if shape.contains(0) { size = 0 }
    guard offsets[1] - offsets[0] == size else {
      throw malformed("\(offsets[1] - offsets[0]) bytes, \(size) expected for its shape and dtype")
    }
    return SafetensorsFile.Entry(
      name: name, type: type, shape: shape, offsets: offsets[0]..<offsets[1])
  }

  private func malformed(_ reason: String) -> SafetensorsError {
    .malformed(path: path, reason: "header: \(reason)")
  }
}
