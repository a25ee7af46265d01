import Engine
import Foundation
import Randomness
import Testing

/// Weights of models to files and back.
@Suite struct WeightsTests {
  /// One layer of each layout, with distinct values.
  private func layers(seed: UInt64) -> [any Layer] {
    let key = RandomKey(seed: seed)
    return [
      Linear("fc1", inputs: 12, outputs: 5, inputImage: [2, 3, 2], key: key),
      Linear("fc2", inputs: 3, outputs: 12, outputImage: [3, 2, 2], key: key),
      ConvolutionLayer("conv", inputs: 4, outputs: 6, kernel: 3, groups: 2, key: key),
      TransposedConvolutionLayer("up", inputs: 4, outputs: 3, kernel: 2, key: key),
      Embedding("wte", rows: 7, width: 4, key: key),
      BatchNormalisation("norm", channels: 4),
    ]
  }

  @Test func roundTrip() throws {
    let saved = layers(seed: 1).variables
    let bytes = try encodeWeights(saved, metadata: ["generation": "3"])
    let file = try SafetensorsFile(bytes, path: "weights")
    #expect(file.metadata.map(\.key) == ["generation"])
    #expect(file.entries.map(\.name) == saved.map(\.name).sorted())
    let loaded = layers(seed: 2).variables
    #expect(zip(saved, loaded).contains { $0.array != $1.array })
    try loadWeights(loaded, from: file)
    for (a, b) in zip(saved, loaded) { #expect(a.array == b.array, "\(a.name)") }
    // The same bytes, whatever the order.
    #expect(try encodeWeights(loaded.reversed(), metadata: ["generation": "3"]) == bytes)
    #expect((bytes[0] & 7) == 0)
  }

  /// Bits that are no ordinary numbers survive: -0, a denormal, NaN with a payload.
  @Test func bitsSurvive() throws {
    let bits: [UInt32] = [0x8000_0000, 1, 0x7fc1_2345, 0xff80_0000]
    let saved = Variable("w", [4])
    saved.assign(bits.map(Float.init(bitPattern:)))
    let loaded = Variable("w", [4])
    try loadWeights([loaded], from: SafetensorsFile(encodeWeights([saved]), path: "f"))
    #expect(loaded.array.map(\.bitPattern) == bits)
  }

  /// In a file an image is channels first: [out, c, h, w] for weights, c·h·w for flattened inputs.
  @Test func layoutsArePyTorchs() {
    let conv = ConvolutionLayer("c", inputs: 2, outputs: 3, kernel: 2, key: RandomKey(seed: 1)).weight
    conv.assign((0..<24).map(Float.init))
    // Memory [3, 2, 2, 2]: element (o, y, x, i) is ((o·2 + y)·2 + x)·2 + i.
    #expect(conv.fileShape == [3, 2, 2, 2])
    #expect(Array(conv.fileValues[..<8]) == [0, 2, 4, 6, 1, 3, 5, 7])
    let linear = Linear(
      "l", inputs: 12, outputs: 1, inputImage: [2, 3, 2], key: RandomKey(seed: 1)).weight
    linear.assign((0..<12).map(Float.init))
    #expect(linear.fileShape == [1, 12])
    #expect(linear.fileValues == [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
    let copy = Variable("l", [1, 12], fileLayout: linear.fileLayout)
    copy.assign(fileValues: linear.fileValues)
    #expect(copy.array == linear.array)
    let outputs = Linear(
      "l", inputs: 2, outputs: 12, outputImage: [2, 3, 2], key: RandomKey(seed: 1))
    outputs.bias?.assign((0..<12).map(Float.init))
    #expect(outputs.bias?.fileValues == linear.fileValues)
    outputs.weight.assign((0..<24).map(Float.init))
    #expect(Array(outputs.weight.fileValues[..<6]) == [0, 1, 4, 5, 8, 9])
  }

  /// Other types are converted: exactly where they can be, F64 rounded.
  @Test func otherTypes() throws {
    func loaded(_ type: String, _ width: Int, _ data: [UInt8]) throws -> [Float] {
      let header =
        "{\"w\":{\"dtype\":\"\(type)\",\"shape\":[\(data.count / width)],\"data_offsets\":[0,\(data.count)]}}"
      let variable = Variable("w", [data.count / width])
      try loadWeights(
        [variable], from: SafetensorsFile(HostileSafetensors.bytes(header, data), path: "f"))
      return variable.array
    }
    func bytes(_ values: [Double]) -> [UInt8] {
      values.flatMap { value in
        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
      }
    }
    #expect(try loaded("F16", 2, [0x00, 0x3c, 0x01, 0x00]) == [1, 0x1p-24])
    #expect(try loaded("BF16", 2, [0x80, 0x3f, 0x49, 0xc0]) == [1, -3.140625])
    #expect(try loaded("F64", 8, bytes([0.1, -.infinity])) == [0.1, -.infinity])
    #expect(try loaded("I64", 8, [7, 0, 0, 0, 0, 0, 0, 0]) == [7])
    #expect(throws: SafetensorsError.self) { try loaded("F64", 8, bytes([1e39])) }
    #expect(throws: SafetensorsError.self) { try loaded("I32", 4, [1, 0, 0, 1]) }
  }

  /// One error tells everything, and nothing has changed.
  @Test func mistakesAreListed() throws {
    let file = try SafetensorsFile(
      SafetensorsFile.encode([
        SafetensorsTensor("fc1.weight", shape: [5, 3], .float32([Float](repeating: 1, count: 15))),
        SafetensorsTensor("fc1.bias", shape: [5], .float32([1, 1, 1, 1, 1])),
        SafetensorsTensor("old.weight", shape: [1], .float32([1])),
        SafetensorsTensor("older.weight", shape: [1], .float32([1])),
      ]), path: "w.safetensors")
    let fc1 = Linear("fc1", inputs: 4, outputs: 5, key: RandomKey(seed: 1))
    let fc2 = Linear("fc2", inputs: 4, outputs: 5, key: RandomKey(seed: 1))
    let before = fc1.bias?.array
    do {
      try loadWeights(fc1.variables + fc2.variables, from: file)
      Issue.record("accepted")
    } catch let error as WeightsError {
      #expect(error.missing == ["fc2.weight", "fc2.bias"])
      #expect(error.extra == ["old.weight", "older.weight"])
      let shapes = error.misshapen.map { ($0.name, $0.expected, $0.found) }
      #expect(shapes.count == 1 && shapes[0] == ("fc1.weight", [5, 4], [5, 3]))
      #expect(
        error.description
          == "w.safetensors: missing: fc2.weight, fc2.bias; unknown: old.weight, older.weight; "
          + "other shapes: fc1.weight [5, 3], expected [5, 4]")
    }
    #expect(fc1.bias?.array == before)
    // What is unknown may be passed over, on request.
    try loadWeights([#require(fc1.bias)], from: file, ignoringOthers: true)
    #expect(fc1.bias?.array == [1, 1, 1, 1, 1])
  }

  @Test func namesAreUnique() {
    let same = [Variable("a", [1]), Variable("b", [1]), Variable("a", [2])]
    #expect {
      try encodeWeights(same)
    } throws: {
      ($0 as? WeightsError)?.repeated == ["a"]
    }
    #expect(throws: WeightsError.self) { try encodeWeights([Variable("__metadata__", [1])]) }
  }

  @Test func typesThatAreNoWeights() throws {
    let header = "{\"w\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}"
    let file = try SafetensorsFile(HostileSafetensors.bytes(header, [0, 1]), path: "f")
    #expect {
      try loadWeights([Variable("w", [2])], from: file)
    } throws: {
      ($0 as? WeightsError)?.unreadable == ["w BOOL"]
    }
  }

  /// A file on disk is read tensor by tensor; one that shrinks in between is noticed.
  @Test func filesThatChange() throws {
    let variable = Variable("w", [1000])
    variable.assign((0..<1000).map(Float.init))
    try withTemporaryFile { path in
      try Data(encodeWeights([variable])).write(to: URL(filePath: path))
      let file = try SafetensorsFile(path: path)
      let loaded = Variable("w", [1000])
      try loadWeights([loaded], from: file)
      #expect(loaded.array == variable.array)
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      try handle.truncate(atOffset: 500)
      try handle.close()
      #expect {
        try loadWeights([loaded], from: file)
      } throws: {
        ($0 as? SafetensorsError)?.reason.contains("ended after") == true
      }
    }
  }
}
