import Datasets
import Engine
import TestSupport
import Testing

private struct ArrayGolden: Decodable {
  struct NPY: Decodable {
    let version: [Int]
    let type: String
    let shape: [Int]
    let values: [Double]
    let hex: String
  }
  struct Tensor: Decodable {
    let name: String
    let type: String
    let shape: [Int]
    let values: [Double]

    /// The values in the tensor's own type.
    var typed: SafetensorsTensor {
      switch type {
      case "F32": SafetensorsTensor(name, shape: shape, .float32(values.map(Float.init)))
      case "F64": SafetensorsTensor(name, shape: shape, .float64(values))
      case "I32": SafetensorsTensor(name, shape: shape, .int32(values.map(Int32.init)))
      case "I64": SafetensorsTensor(name, shape: shape, .int64(values.map(Int64.init)))
      default: SafetensorsTensor(name, shape: shape, .uint8(values.map(UInt8.init)))
      }
    }
  }
  struct Safetensors: Decodable {
    let metadata: [String: String]
    let hex: String
    let tensors: [Tensor]
  }
  let npy: [NPY]
  let safetensors: Safetensors
}

/// Files as NumPy and the reference implementation of safetensors write them.
@Suite struct ReaderGoldenTests {
  private func golden() throws -> ArrayGolden {
    try Fixtures.decode("datasets_arrays.json", as: ArrayGolden.self)
  }

  @Test func readsNumPysFiles() throws {
    let files = try golden().npy
    #expect(files.count == 6)
    #expect(Set(files.map(\.type)) == Set(NPYFile.Element.allCases.map(\.rawValue)))
    #expect(Set(files.map(\.version)) == [[1, 0], [2, 0]])
    for file in files {
      let array = try NPYFile([UInt8](hex: file.hex), path: "golden.npy")
      #expect(array.element.rawValue == file.type)
      #expect(array.shape == file.shape)
      // Singles are stored rounded.
      expectClose(array.values, file.values, relative: 0)
    }
  }

  @Test func readsTheReferencesSafetensors() throws {
    let golden = try golden().safetensors
    let file = try SafetensorsFile([UInt8](hex: golden.hex), path: "golden.safetensors")
    #expect(file.metadata.map(\.key) == ["format"] && file.metadata.map(\.value) == ["np"])
    #expect(file.entries.count == golden.tensors.count)
    for expected in golden.tensors {
      let entry = try #require(file.entry(expected.name))
      #expect(entry.type.rawValue == expected.type && entry.shape == expected.shape)
      #expect(try file.tensor(entry) == expected.typed)
      expectClose(try file.reals(entry), expected.values, relative: 0)
      #expect(try file.rawBytes(entry).count == entry.count * entry.type.byteCount)
    }
    #expect(file.entry("absent") == nil)
  }

  /// Byte for byte the reference's file, in whatever order the tensors are given.
  @Test func writesTheReferencesBytes() throws {
    let golden = try golden().safetensors
    let tensors = golden.tensors.map(\.typed)
    let expected = [UInt8](hex: golden.hex)
    #expect(SafetensorsFile.encode(tensors, metadata: golden.metadata) == expected)
    #expect(SafetensorsFile.encode(tensors.reversed(), metadata: golden.metadata) == expected)
  }

  @Test func readsIDXPlainAndCompressed() throws {
    // More than zlib's window, and not compressible to nothing.
    let data = (0..<120_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    let plain = [UInt8].idx([300, 20, 20], data)
    for bytes in [plain, try plain.gzipped()] {
      let file = try IDXFile(bytes, path: "images", rank: 3)
      #expect(file.dimensions == [300, 20, 20])
      #expect(file.bytes == data)
    }
  }

  @Test func readsCSV() throws {
    let table = try CSVTable(
      Array("1,2.5,-3e2\r\n007,+4,.5\n-0,16,1e-3".utf8), path: "table", columns: 3)
    #expect(table.rows == 3 && table.columns == 3)
    #expect(table.values == [1, 2.5, -300, 7, 4, 0.5, 0, 16, 0.001])
  }

  @Test func readsToTheEndWithinALimit() throws {
    let data = [UInt8](repeating: 7, count: 200_000)
    for bytes in [data, try data.gzipped()] {
      #expect(try ByteReader(bytes, path: "file").readToEnd(limit: 200_000) == data)
      #expect(throws: DataError.self) {
        try ByteReader(bytes, path: "file").readToEnd(limit: 199_999)
      }
    }
    #expect(try ByteReader([], path: "file").readToEnd(limit: 10) == [])
  }
}
