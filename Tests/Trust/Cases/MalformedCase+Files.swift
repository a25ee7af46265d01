import Foundation

extension MalformedCase {
  private static func npy(_ name: String, _ header: String, _ count: Int, _ said: String...) -> MalformedCase {
    let length = header.utf8.count
    let file = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(length & 255), UInt8(length >> 8)])
      + Data(header.utf8) + Data(count: count)
    return MalformedCase(
      "npy: \(name)", study: reading("{name: npy, path: d.npy}"), [], [.file("d.npy", file)],
      says: ["/d.npy"] + said, status: 65)
  }

  private static func file(
    _ name: String, _ dataset: String, _ path: String, _ bytes: [UInt8], _ said: String..., status: Int32 = 65
  ) -> MalformedCase {
    MalformedCase(name, study: reading(dataset), [], [.file(path, Data(bytes))], says: said, status: status)
  }

  private static func idx(_ name: String, _ bytes: [UInt8], _ said: String) -> MalformedCase {
    file("idx: \(name)", "{name: mnist, data_dir: .}", "train-images-idx3-ubyte", bytes, "train-images-idx3-ubyte", said)
  }

  private static func csv(_ name: String, _ text: String, _ said: String...) -> MalformedCase {
    MalformedCase(
      "csv: \(name)", study: reading("{name: digits, path: d.csv}"), [], [.file("d.csv", Data(text.utf8))],
      says: ["/d.csv"] + said, status: 65)
  }

  /// A sound line of the digits: 64 values and a label.
  private static let digit = String(repeating: "1,", count: 64) + "7\n"

  static let arrays: [MalformedCase] = [
    npy("header of Python code", "__import__('os')\n", 8, "header: '{' is missing at byte 0"),
    npy("objects", "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", 8, "element type '|O'"),
    npy("other shape", "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }\n", 8, "8 bytes of data, 48 expected"),
    npy("product that overflows", "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }\n", 8, "overflows"),
    npy("product that wraps to 1", "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 6148914691236517205, 1229782938247303441), }\n", 8, "overflows"),
    npy("no rows", "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 2), }\n", 0, "d.npy"),
    npy("a scalar", "{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n", 8, "d.npy"),
    npy("Fortran order", "{'descr': '<f8', 'fortran_order': True, 'shape': (1, 1), }\n", 8, "Fortran order"),
    npy("key twice", "{'descr': '<f8', 'descr': '|u1', 'fortran_order': False, 'shape': (8,), }\n", 8, "'descr' twice"),
    file("npy: not a number", "{name: npy, path: d.npy}", "d.npy",
      [0x93] + Array("NUMPY".utf8) + [1, 0, 59, 0] + Array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n".utf8.prefix(59)) + [0, 0, 0xc0, 0x7f, 0, 0, 0, 0], "/d.npy"),
    file("npy: magic", "{name: npy, path: d.npy}", "d.npy", Array("PK\u{3}\u{4} a zip file".utf8), "/d.npy", "bad magic number"),
    idx("magic", [1, 2, 3, 4, 5, 6, 7, 8], "bad magic number"),
    idx("floats", [0, 0, 13, 3] + [UInt8](repeating: 0, count: 12), "element type 13"),
    idx("labels", [0, 0, 8, 1, 0, 0, 0, 1, 5], "1 dimensions, expected 3"),
    idx("cut header", [0, 0, 8, 3, 0, 0], "truncated"),
    idx("2³⁶ images", [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), "overflows"),
    idx("a byte too many", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9], "1 trailing bytes"),
    idx("gzip of nothing", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], "truncated"),
    idx("gzip of a reserved block", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 7, 0, 0], "damaged gzip data"),
    csv("word", digit + "a" + digit.dropFirst(), "line 2: field 1 is not a number"),
    csv("few fields", digit + "1,2,3\n", "line 2: 3 fields, expected 65"),
    csv("not a number", digit + "nan" + digit.dropFirst(), "line 2: field 1"),
    csv("infinite", digit + "1e999" + digit.dropFirst(), "line 2: field 1"),
    csv("blank line", digit + "\n" + digit, "line 2: empty"),
    csv("nothing", "", "empty"),
    csv("gzip", "\u{1f}\u{8b}", "d.csv"),
    file("text: nothing", "{name: text, path: t.txt}\nseed: 1", "t.txt", [], "/t.txt"),
    file("text: not UTF-8", "{name: text, path: t.txt}", "t.txt", [0x61, 0xff, 0xfe, 0x62], "/t.txt", "not UTF-8"),
  ]

  /// A folder of six files with the same bytes: two parts are made of them, in an order by chance.
  private static func image(_ name: String, _ bytes: [UInt8], _ said: String..., ending: String = "png") -> MalformedCase {
    MalformedCase(
      "images: \(name)", study: reading("{name: image-folder, path: i, size: 8}"), [],
      (0..<6).map { .file("i/\($0).\(ending)", Data(bytes)) }, says: ["/i"] + said, status: 65)
  }

  /// The first chunk of a PNG file with its checksum.
  private static func png(_ width: UInt32, _ height: UInt32, depth: UInt8 = 8, colour: UInt8 = 0, rest: [UInt8] = []) -> [UInt8] {
    func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    let body = Array("IHDR".utf8) + bytes(width) + bytes(height) + [depth, colour, 0, 0, 0]
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + bytes(13) + body + bytes(Checksum.crc32(body)) + rest
  }

  static let images: [MalformedCase] = [
    image("empty file", [], ".png", "empty"),
    image("JPEG called PNG", [0xff, 0xd8, 0xff, 0xe0, 0, 0], ".png", "a JPEG image"),
    image("text called PNG", Array("not an image at all".utf8), ".png", "unknown format"),
    image("header alone", png(8, 8), ".png", "damaged"),
    image("wrong checksum", png(8, 8).dropLast() + [0], ".png", "damaged"),
    image("no pixels", png(0, 8), ".png", "damaged"),
    image("2³¹ pixels a side", png(1 << 31, 8), ".png", "damaged"),
    image("bomb", png(30_000, 30_000, colour: 2), ".png"),
    image("impossible depth", png(8, 8, depth: 3), ".png", "damaged"),
    image("no images", [0x61], "may hold .png files alone", ending: "txt"),
  ]

  private static func run(
    _ name: String, _ file: String, _ said: String..., status: Int32 = 65, change: @escaping @Sendable (Data) -> Data
  ) -> MalformedCase {
    MalformedCase("\(file): \(name)", [], [.run(file, change)], says: said, status: status, 78)
  }

  private static func edited(_ data: Data, _ old: String, _ new: String) -> Data {
    Data(String(decoding: data, as: UTF8.self).replacing(old, with: new, maxReplacements: 1).utf8)
  }

  /// The first line of a segment changed, with a checksum that fits.
  private static func forged(_ data: Data, _ change: (String) -> String) -> Data {
    var lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    let body = change(String(lines[0].dropLast(18)))
    let digits = String(Checksum.crc32(body.utf8), radix: 16)
    lines[0] = body + ",\"crc\":\"" + String(repeating: "0", count: 8 - digits.count) + digits + "\"}"
    return Data((lines.joined(separator: "\n") + "\n").utf8)
  }

  static let records: [MalformedCase] = [
    run("empty", "plan.json", "plan.json") { _ in Data() },
    run("a list", "plan.json", "plan.json") { _ in Data("[1]".utf8) },
    run("another version", "plan.json", "plan.json") { edited($0, "\"ouroboros_plan\":1", "\"ouroboros_plan\":2") },
    run("key twice", "plan.json", "plan.json:", "duplicate key") { edited($0, "\"seed\":0,", "\"seed\":0,\n\"seed\":1,") },
    run("unknown key", "plan.json", "plan.json:", "unknown key 'more'") { edited($0, "\"seed\":0,", "\"seed\":0,\n\"more\":1,") },
    run("number for a name", "plan.json", "plan.json:", "'study'") { edited($0, "\"study\":\"sound\"", "\"study\":3") },
    run("no cells", "plan.json", "plan.json:", "cells") { data in
      let text = String(decoding: data, as: UTF8.self)
      return Data((text[..<(text.range(of: "\"cells\":[")?.upperBound ?? text.endIndex)] + "]}").utf8)
    },
    run("another id", "plan.json", "plan.json:", "id of the cell") { edited($0, "\"dimension\":2", "\"dimension\":3") },
    run("not UTF-8", "plan.json", "plan.json") { $0.prefix(40) + [0xff] + $0.dropFirst(40) },
    run("empty", "manifest.json", "manifest.json") { _ in Data() },
    run("a list", "manifest.json", "manifest.json") { _ in Data("[]".utf8) },
    run("deep", "manifest.json", "manifest.json") { _ in Data(String(repeating: "[", count: 100_000).utf8) },
    run("no checksum", "segments/rank-0000.jsonl", "rank-0000.jsonl:1", "checksum") { _ in Data("{\"v\":1,\"cell\":\"a\",\"seed\":0}\n".utf8) },
    run("zeros", "segments/rank-0000.jsonl", "rank-0000.jsonl:1") { _ in Data(count: 64) + Data("\n".utf8) },
    run("a bit", "segments/rank-0000.jsonl", "rank-0000.jsonl:1", "checksum") { data in
      var data = data
      data[30] ^= 1
      return data
    },
    run("another version", "segments/rank-0000.jsonl", "rank-0000.jsonl:1", "version 2") { forged($0) { $0.replacing("{\"v\":1", with: "{\"v\":2") } },
    run("a value less", "segments/rank-0000.jsonl", "rank-0000.jsonl:1", "values") { forged($0) { $0.replacing("\"values\":[[", with: "\"values\":[[1.0],[") } },
    run("no number", "segments/rank-0000.jsonl", "rank-0000.jsonl:1", "a number at byte") { forged($0) { $0.replacing("\"values\":[[", with: "\"values\":[[x") } },
    run("generation 2⁶³", "segments/rank-0000.jsonl", "rank-0000.jsonl:1") { forged($0) { $0.replacing("\"first\":0", with: "\"first\":9223372036854775807") } },
    run("status", "segments/rank-0000.jsonl", "rank-0000.jsonl:1", "status") { forged($0) { $0.replacing("\"status\":\"", with: "\"status\":\"un") } },
    run("control character", "segments/rank-0000.jsonl", "rank-0000.jsonl:1") { forged($0) { $0.replacing("\"cell\":\"", with: "\"cell\":\"\u{7}") } },
  ]
}
