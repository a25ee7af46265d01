/// Hand-made files, each wrong in one way.
enum MalformedFiles {
  static let idx: [Malformed] = [
    Malformed(.idx, "empty", [], "truncated"),
    Malformed(.idx, "magic", [1, 0, 8, 3] + [UInt8](repeating: 0, count: 12), "bad magic number"),
    Malformed(.idx, "text", Array("hello world, this is no IDX".utf8), "bad magic number"),
    Malformed(.idx, "floats", .idx([1, 1, 1], [0, 0, 0, 0], type: 0x0d), "element type 13"),
    Malformed(.idx, "labels for images", .idx([4], [0, 1, 2, 3]), "1 dimensions, expected 3"),
    Malformed(.idx, "header cut", Array([UInt8].idx([2, 2, 2], [])[..<10]), "truncated"),
    Malformed(.idx, "no images", .idx([0, 2, 2], []), "dimension 0 is 0"),
    Malformed(.idx, "no columns", .idx([2, 2, 0], []), "dimension 2 is 0"),
    Malformed(.idx, "short", .idx([2, 2, 2], Array(0..<7)), "truncated: 8 bytes expected, 7 left"),
    Malformed(.idx, "long", .idx([2, 2, 2], Array(0..<9)), "1 trailing bytes"),
    Malformed(.idx, "overflow", .idx([1 << 31, 1 << 31, 1 << 31], []), "product overflows"),
    Malformed(.idx, "huge", .idx([1 << 20, 1 << 10, 1 << 10], []), "truncated: 1099511627776"),
  ]

  /// A sound compressed file, changed.
  static let gzip: [Malformed] = {
    let plain = [UInt8].idx([3, 4, 4], Array(0..<48))
    guard let packed = try? plain.gzipped(),
      let longer = try? (plain + [1, 2, 3]).gzipped(),
      let shorter = try? Array(plain[..<40]).gzipped(),
      let bomb = try? ([UInt8].idx([1 << 12, 1 << 12, 1 << 12], []) + [1]).gzipped()
    else { return [] }
    var rotten = packed
    rotten[packed.count - 6] ^= 1  // CRC-32
    var wrongSize = packed
    wrongSize[packed.count - 1] ^= 1  // length
    var damaged = packed
    damaged[10] = 0x07  // a block of the reserved kind
    return [
      Malformed(.idx, "gzip alone", [0x1f, 0x8b], "truncated"),
      Malformed(.idx, "gzip method", [0x1f, 0x8b, 9] + packed[3...], "damaged gzip data"),
      Malformed(.idx, "gzip checksum", rotten, "damaged gzip data (incorrect data check)"),
      Malformed(.idx, "gzip length", wrongSize, "damaged gzip data (incorrect length check)"),
      Malformed(.idx, "gzip block", damaged, "damaged gzip data (invalid block type)"),
      Malformed(.idx, "gzip cut", Array(packed[..<(packed.count - 9)]), "truncated"),
      Malformed(.idx, "gzip trailer cut", Array(packed.dropLast(3)), "truncated"),
      Malformed(.idx, "gzip longer inside", longer, "data beyond the declared size"),
      Malformed(.idx, "gzip shorter inside", shorter, "truncated: 48 bytes expected, 24 left"),
      Malformed(.idx, "gzip trailing", packed + [0, 0], "2 trailing bytes"),
      Malformed(.idx, "gzip twice", packed + packed, "trailing bytes"),
      Malformed(.idx, "declared bomb", bomb, "compressed bytes cannot hold 68719476736"),
    ]
  }()

  static let csv: [Malformed] = [
    Malformed(.csv, "empty", [], "the file is empty"),
    Malformed(.csv, "few fields", Array("1,2,3\n4,5\n".utf8), "line 2: 2 fields, expected 3"),
    Malformed(.csv, "many fields", Array("1,2,3,4\n".utf8), "line 1: 4 fields"),
    Malformed(.csv, "header", Array("a,b,c\n1,2,3\n".utf8), "line 1: field 1 is not a number"),
    Malformed(.csv, "blank line", Array("1,2,3\n\n4,5,6\n".utf8), "line 2: empty"),
    Malformed(.csv, "nan", Array("1,nan,3\n".utf8), "line 1: field 2"),
    Malformed(.csv, "infinite", Array("1,2,1e999\n".utf8), "line 1: field 3"),
    Malformed(.csv, "hexadecimal", Array("0x10,2,3\n".utf8), "line 1: field 1"),
    Malformed(.csv, "spaces", Array("1, 2,3\n".utf8), "line 1: field 2"),
    Malformed(.csv, "empty field", Array("1,,3\n".utf8), "line 1: field 2"),
    Malformed(.csv, "quoted", Array("\"1\",2,3\n".utf8), "line 1: field 1"),
  ]

  static func header(type: String = "|u1", order: String = "False", shape: String) -> String {
    "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n"
  }

  private static func npy(_ header: String, _ count: Int = 6) -> [UInt8] {
    .npy(header, [UInt8](repeating: 0, count: count))
  }

  static let npy: [Malformed] = [
    Malformed(.npy, "empty", [], "bad magic number"),
    Malformed(.npy, "magic", [0x94] + npy(header(shape: "(6,)")).dropFirst(), "bad magic number"),
    Malformed(
      .npy, "version 3", .npy(header(shape: "(6,)"), [0, 0, 0, 0, 0, 0], version: [3, 0]),
      "version 3.0"),
    Malformed(.npy, "header beyond the end", .npy("{}\n", []).dropLast(1) + [], "truncated header"),
    Malformed(
      .npy, "version 2 length", [0x93] + Array("NUMPY".utf8) + [2, 0, 0xff, 0xff, 0xff, 0x7f, 0],
      "header of 2147483647 bytes"),
    Malformed(.npy, "big endian", npy(header(type: ">f4", shape: "(2,)"), 8), "element type '>f4'"),
    Malformed(.npy, "objects", npy(header(type: "|O", shape: "(1,)"), 8), "element type '|O'"),
    Malformed(.npy, "half", npy(header(type: "<f2", shape: "(3,)")), "element type '<f2'"),
    Malformed(.npy, "Fortran", npy(header(order: "True", shape: "(2, 3)")), "Fortran order"),
    Malformed(.npy, "order", npy(header(order: "1", shape: "(2, 3)")), "neither True nor False"),
    Malformed(.npy, "short", npy(header(shape: "(2, 4)")), "6 bytes of data, 8 expected"),
    Malformed(.npy, "long", npy(header(shape: "(5,)")), "6 bytes of data, 5 expected"),
    Malformed(
      .npy, "overflow", npy(header(shape: "(4294967296, 4294967296, 4294967296)")),
      "product overflows"),
    Malformed(.npy, "wraps to 6", npy(header(shape: "(3, 6148914691236517207)")), "overflows"),
    Malformed(.npy, "large size", npy(header(shape: "(99999999999999999999,)")), "out of range"),
    Malformed(.npy, "negative", npy(header(shape: "(-6,)")), "a size is not a number"),
    Malformed(.npy, "leading zero", npy(header(shape: "(06,)")), "out of range"),
    Malformed(.npy, "no tuple", npy(header(shape: "(6)")), "shape is not a tuple"),
    Malformed(.npy, "expression", npy(header(shape: "(2*3,)")), "shape is not a tuple"),
    Malformed(.npy, "call", npy(header(shape: "__import__('os')")), "'(' is missing"),
    Malformed(.npy, "missing key", npy("{'descr': '|u1', 'shape': (6,)}\n"), "all needed"),
    Malformed(
      .npy, "key twice", npy("{'descr': '|u1', 'descr': '<f8', 'shape': (6,)}\n"), "'descr' twice"),
    Malformed(
      .npy, "unknown key",
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (6,), 'x': 1}\n"), "unknown key 'x'"),
    Malformed(.npy, "escape", npy("{'de\\x73cr': '|u1'}\n"), "a string holds byte 92"),
    Malformed(.npy, "open string", npy("{'descr"), "a string does not end"),
    Malformed(
      .npy, "no line feed", npy(String(header(shape: "(6,)").dropLast())), "no line feed"),
    Malformed(.npy, "code after", npy(header(shape: "(6,)") + "x\n"), "no line feed"),
    Malformed(
      .npy, "structured",
      npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}\n"), "quoted string"),
    Malformed(
      .npy, "inexact integer",
      .npy(header(type: "<i8", shape: "(1,)"), [1, 0, 0, 0, 0, 0, 0x20, 0]), "2⁵³"),
    Malformed(
      .npy, "dimensions",
      npy(
        header(shape: "(" + [String](repeating: "1", count: 40).joined(separator: ", ") + ")"), 1),
      "more than 32 dimensions"),
  ]
}
