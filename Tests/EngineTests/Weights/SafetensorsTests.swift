import Engine
import Foundation
import Testing

/// The strict reader and the writer of safetensors.
@Suite struct SafetensorsTests {
  /// Everything that a reader of weights or data does with a file.
  private func read(_ bytes: [UInt8]) throws {
    let file = try SafetensorsFile(bytes, path: "the-file")
    for entry in file.entries { _ = try file.reals(entry) }
  }

  @Test(arguments: HostileSafetensors.all)
  func refuses(_ hostile: HostileFile) {
    do {
      try read(hostile.bytes)
      Issue.record("\(hostile.name) was accepted")
    } catch let error as SafetensorsError {
      #expect(error.kind == .malformed && error.path == "the-file")
      #expect(error.reason.contains(hostile.reason), "\(hostile.name): \(error.reason)")
      #expect(error.reason.utf8.count < 400, "\(hostile.name): \(error.reason.utf8.count) bytes")
    } catch {
      Issue.record("\(hostile.name): \(error)")
    }
  }

  /// The same from a file on disk.
  @Test func refusesAllFromDisk() throws {
    try withTemporaryFile { path in
      var refused = 0
      for hostile in HostileSafetensors.all {
        try Data(hostile.bytes).write(to: URL(filePath: path))
        do {
          let file = try SafetensorsFile(path: path)
          for entry in file.entries { _ = try file.reals(entry) }
        } catch let error as SafetensorsError {
          #expect(error.reason.contains(hostile.reason), "\(hostile.name): \(error.reason)")
          refused += 1
        }
      }
      #expect(refused == HostileSafetensors.all.count)
      print("hostile safetensors: \(refused) of \(HostileSafetensors.all.count) refused")
    }
  }

  /// The checksum is that of zlib over the metadata and the tensors; any bit of them that changes is found.
  @Test func checksums() throws {
    let digits = SafetensorsTensor("digits", shape: [9], .uint8(Array("123456789".utf8)))
    func file(_ bytes: [UInt8]) throws -> SafetensorsFile {
      try SafetensorsFile(bytes, path: "the-file")
    }
    let plain = SafetensorsFile.encode([digits], isChecked: true)
    #expect(try file(plain).metadata.map(\.value) == ["cbf43926"])
    try file(plain).requireChecksum()
    #expect {
      try file(SafetensorsFile.encode([digits])).requireChecksum()
    } throws: {
      "\($0)" == "the-file: it has no checksum (crc32)"
    }
    let good = SafetensorsFile.encode(
      [digits, SafetensorsTensor("a", shape: [2, 2], .float32([1, -2, .nan, 0]))],
      metadata: ["b": "two", "a": "one"], isChecked: true)
    try file(good).requireChecksum()
    #expect(try file(good).metadata.map(\.key) == ["a", "b", "crc32"])
    let start = try #require(good.indices.first { good[$0...].starts(with: Array("one".utf8)) })
    var refused = 0
    for place in [start, start + 2] + Array(good.count - 25..<good.count) {
      var changed = good
      changed[place] ^= 4
      #expect(throws: SafetensorsError.self, "byte \(place)") { try file(changed).requireChecksum() }
      refused += 1
    }
    #expect(refused == 27)
    // The checksum of an earlier file among the metadata is no part of the new one.
    let metadata = Dictionary(uniqueKeysWithValues: try file(good).metadata.map { ($0.key, $0.value) })
    try file(SafetensorsFile.encode([digits], metadata: metadata, isChecked: true)).requireChecksum()
  }

  @Test func tableIsComplete() { #expect(HostileSafetensors.all.count == 54) }

  /// A header of 64 MiB in a file of 1 GiB that occupies no disk: refused by its first byte.
  @Test func refusesSparseFiles() throws {
    try withTemporaryFile { path in
      let length: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0]
      try Data(length + Array("[".utf8)).write(to: URL(filePath: path))
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.truncate(atOffset: 1 << 30)
      try file.close()
      #expect {
        _ = try SafetensorsFile(path: path)
      } throws: {
        ($0 as? SafetensorsError)?.reason == "the header does not begin with {"
      }
    }
  }

  @Test func tooManyTensors() {
    let one = "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
    let header = "{" + (0...100_000).map { "\"\($0)\":\(one)" }.joined(separator: ",") + "}"
    #expect {
      try read(HostileSafetensors.bytes(header, []))
    } throws: {
      ($0 as? SafetensorsError)?.reason == "header: more than 100000 tensors"
    }
  }

  @Test func missingFilesAndOthers() throws {
    func kind(_ path: String) -> SafetensorsError.Kind? {
      do {
        _ = try SafetensorsFile(path: path)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(kind("/nowhere/at/all") == .missing)
    #expect(kind("/dev/null") == .malformed)
    #expect(kind("/") == .malformed)
  }

  /// Every prefix of a sound file is refused, and so is one more byte.
  @Test func refusesEveryTruncation() throws {
    let bytes = SafetensorsFile.encode(
      [SafetensorsTensor("a", shape: [3], .float32([1, 2, 3]))], metadata: ["k": "v"])
    #expect(throws: Never.self) { try read(bytes) }
    for count in bytes.indices {
      #expect(throws: SafetensorsError.self, "cut to \(count)") { try read(Array(bytes[..<count])) }
    }
    #expect(throws: SafetensorsError.self) { try read(bytes + [0]) }
  }

  /// Any changed byte of a sound file is refused or read, but never traps.
  @Test func survivesAnyChangedByte() {
    let bytes = SafetensorsFile.encode(
      [SafetensorsTensor("a", shape: [3], .int64([1, 2, 3]))], metadata: ["k": "v"])
    var refused = 0
    for index in bytes.indices {
      for value in [0, 1, 0x20, 0x22, 0x2c, 0x39, 0x5d, 0x7d, 0x7f, 0x80, 0xff] as [UInt8] {
        var changed = bytes
        changed[index] = value
        do { try read(changed) } catch { refused += 1 }
      }
    }
    #expect(refused > 800, "\(refused)")
  }

  @Test func writtenFilesReadBack() throws {
    let tensors = [
      SafetensorsTensor("a\n\"b\"\\\u{1}é", shape: [], .float32([1.5])),
      SafetensorsTensor("b", shape: [3], .uint8([1, 2, 3])),
      SafetensorsTensor("c", shape: [2, 1], .float64([-0.0, .infinity])),
      SafetensorsTensor("d", shape: [0], .int32([])),
    ]
    let bytes = SafetensorsFile.encode(tensors, metadata: ["z": "1", "a": "tab\there"])
    #expect(SafetensorsFile.encode(tensors.reversed(), metadata: ["a": "tab\there", "z": "1"]) == bytes)
    let file = try SafetensorsFile(bytes, path: "file")
    #expect(file.metadata.map(\.key) == ["a", "z"])
    #expect(file.metadata[0].value == "tab\there")
    for tensor in tensors {
      let entry = try #require(file.entry(tensor.name))
      #expect(try file.tensor(entry) == tensor)
      #expect(entry.offsets.lowerBound % entry.type.byteCount == 0)
    }
    #expect(try SafetensorsFile(SafetensorsFile.encode([]), path: "empty").entries.isEmpty)
  }

  /// Escapes and white space that the format allows but its writers do not use.
  @Test func readsAnyJSONForm() throws {
    let header =
      "{\t\"x\\u00e9\\ud83d\\ude00\" :\n{ \"shape\":[ 1 , 2 ] ,\"data_offsets\":[0,2],"
      + "\"dtype\":\"U8\"}, \"__metadata__\": { } }  "
    let file = try SafetensorsFile(HostileSafetensors.bytes(header, [4, 5]), path: "file")
    let entry = try #require(file.entry("xé😀"))
    #expect(entry.shape == [1, 2] && file.metadata.isEmpty)
    #expect(try file.reals(entry) == [4, 5])
  }

  /// The files of the reference library, with what it says is in them.
  @Test func readsTheReferencesFiles() throws {
    struct Listing: Decodable {
      struct Tensor: Decodable {
        var dtype: String
        var shape: [Int]
        var values: [Value]
      }
      struct File: Decodable {
        var metadata: [String: String]
        var tensors: [String: Tensor]
      }
      var files: [String: File]
    }
    /// A number, or the name of one that JSON lacks.
    struct Value: Decodable {
      var number: Double
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
          number = try #require(Double(text), "\(text)")
        } else {
          number = try container.decode(Double.self)
        }
      }
    }
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Golden/engine")
    let listing = try JSONDecoder().decode(
      Listing.self, from: Data(contentsOf: folder.appending(path: "fixtures.json")))
    #expect(listing.files.count == 5)
    for (name, expected) in listing.files.sorted(by: { $0.key < $1.key }) {
      let file = try SafetensorsFile(path: folder.appending(path: name).path)
      let metadata = Dictionary(uniqueKeysWithValues: file.metadata.map { ($0.key, $0.value) })
      #expect(metadata == expected.metadata, "\(name)")
      #expect(Set(file.entries.map(\.name)) == Set(expected.tensors.keys), "\(name)")
      for entry in file.entries {
        let tensor = try #require(expected.tensors[entry.name])
        #expect(entry.type.rawValue == tensor.dtype && entry.shape == tensor.shape)
        guard entry.type.hasReals else {
          #expect(throws: SafetensorsError.self) { try file.reals(entry) }
          continue
        }
        let reals = try file.reals(entry)
        let wanted = tensor.values.map(\.number)
        let isSame = reals.elementsEqual(wanted) {
          $0 == $1 && $0.sign == $1.sign || $0.isNaN && $1.isNaN
        }
        #expect(isSame, "\(name) \(entry.name): \(reals), expected \(wanted)")
      }
    }
  }
}

/// Calls `body` with the path of a file that does not exist yet and is removed afterwards.
func withTemporaryFile(_ body: (String) throws -> Void) throws {
  let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}
