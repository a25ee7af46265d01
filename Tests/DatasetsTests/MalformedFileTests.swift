import Datasets
import Testing

/// A file that must be refused, and words of the reason.
struct Malformed: Sendable, CustomTestStringConvertible {
  enum Format: String, Sendable { case idx, csv, npy }
  let format: Format
  let name: String
  let bytes: [UInt8]
  let reason: String

  init(_ format: Format, _ name: String, _ bytes: [UInt8], _ reason: String) {
    self.format = format
    self.name = name
    self.bytes = bytes
    self.reason = reason
  }

  var testDescription: String { "\(format.rawValue): \(name)" }

  func read() throws {
    switch format {
    case .idx: _ = try IDXFile(bytes, path: "the-file", rank: 3)
    case .csv: _ = try CSVTable(bytes, path: "the-file", columns: 3)
    case .npy: _ = try NPYFile(bytes, path: "the-file")
    }
  }
}

@Suite struct MalformedFileTests {
  @Test(arguments: MalformedFiles.idx + MalformedFiles.gzip)
  func refusesIDX(_ file: Malformed) { expectRefused(file) }

  @Test(arguments: MalformedFiles.csv)
  func refusesCSV(_ file: Malformed) { expectRefused(file) }

  @Test(arguments: MalformedFiles.npy)
  func refusesNPY(_ file: Malformed) { expectRefused(file) }

  private func expectRefused(_ file: Malformed) {
    do {
      try file.read()
      Issue.record("\(file.testDescription) was accepted")
    } catch DataError.malformed(let path, let reason) {
      #expect(path == "the-file")
      #expect(reason.contains(file.reason), "\(file.testDescription): \(reason)")
    } catch {
      Issue.record("\(file.testDescription): \(error)")
    }
  }

  @Test func tablesAreComplete() {
    #expect(MalformedFiles.gzip.count == 12)
  }

  /// Every prefix of a sound file is refused, and so is one more byte.
  @Test func refusesEveryTruncation() throws {
    let sound: [(Malformed.Format, [UInt8])] = [
      (.idx, .idx([2, 2, 2], Array(0..<8))),
      (.idx, try [UInt8].idx([2, 2, 2], Array(0..<8)).gzipped()),
      (.npy, .npy(MalformedFiles.header(shape: "(2, 3)"), Array(0..<6))),
    ]
    for (format, bytes) in sound {
      #expect(throws: Never.self) { try Malformed(format, "", bytes, "").read() }
      for count in 0..<bytes.count {
        #expect(throws: DataError.self, "\(format) cut to \(count)") {
          try Malformed(format, "", Array(bytes[..<count]), "").read()
        }
      }
      #expect(throws: DataError.self, "\(format) with one byte more") {
        try Malformed(format, "", bytes + [0], "").read()
      }
    }
  }

  /// Any changed byte of a sound file is refused or read, but never traps.
  @Test func survivesAnyChangedByte() throws {
    let sound: [(Malformed.Format, [UInt8])] = [
      (.idx, try [UInt8].idx([2, 2, 2], Array(0..<8)).gzipped()),
      (.npy, .npy(MalformedFiles.header(shape: "(2, 3)"), Array(0..<6))),
    ]
    var refused = 0
    for (format, bytes) in sound {
      for index in bytes.indices {
        for value in [0, 1, 0x20, 0x22, 0x2c, 0x39, 0x5d, 0x7d, 0x7f, 0x80, 0xff] as [UInt8] {
          var changed = bytes
          changed[index] = value
          do { try Malformed(format, "", changed, "").read() } catch { refused += 1 }
        }
      }
    }
    #expect(refused > 1000, "\(refused)")
  }
}
