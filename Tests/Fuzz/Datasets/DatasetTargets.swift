/// Readers of data files. The first byte of an input chooses what the file is read as; where a
/// checksum would refuse nearly every change, it is made to fit, so that what lies behind it is reached.
let targets: [String: FuzzTarget] = [
  "idx": checkIDX, "npy": checkNPY, "csv": checkCSV, "png": checkPNG,
]

/// Bit 0: labels or images. Bit 1: the rest is compressed before it is read.
@Sendable private func checkIDX(_ bytes: [UInt8]) {
  let rank = bytes.first.map { $0 & 1 } == 1 ? 1 : 3
  let isPacked = bytes.first.map { $0 & 2 } == 2
  refusalOnly {
    let body = Array(bytes.dropFirst())
    let file = try IDXFile(isPacked ? gzipped(body) : body, path: "fuzz", rank: rank)
    precondition(file.dimensions.count == rank && file.dimensions.allSatisfy { $0 > 0 })
    precondition(file.bytes.count == file.dimensions.reduce(1, *))
  }
}

@Sendable private func checkNPY(_ bytes: [UInt8]) {
  refusalOnly {
    let file = try NPYFile(bytes, path: "fuzz")
    precondition(file.values.count == file.shape.reduce(1, *) && file.values.count <= bytes.count)
  }
}

/// The first byte: the number of columns; bit 7: compressed.
@Sendable private func checkCSV(_ bytes: [UInt8]) {
  let columns = max(1, Int((bytes.first ?? 1) & 0x7f))
  let isPacked = (bytes.first ?? 0) & 0x80 != 0
  refusalOnly {
    let body = Array(bytes.dropFirst())
    let reader = try ByteReader(isPacked ? gzipped(body) : body, path: "fuzz")
    let table = try CSVTable(reader.readToEnd(limit: 1 << 20), path: "fuzz", columns: columns)
    precondition(table.values.count == table.rows * table.columns && table.columns == columns)
    precondition(table.values.allSatisfy(\.isFinite))
  }
}

/// Bit 0: grey or coloured. Bit 1: the checksums of the chunks are made to fit.
@Sendable private func checkPNG(_ bytes: [UInt8]) {
  let channels = bytes.first.map { $0 & 1 } == 1 ? 3 : 1
  var body = Array(bytes.dropFirst())
  if bytes.first.map({ $0 & 2 }) == 2 { fitChecksums(&body) }
  refusalOnly {
    let image = try PNGImage(body, path: "fuzz", channels: channels)
    precondition(image.bytes.count == image.width * image.height * channels)
    precondition(image.width > 0 && image.height > 0)
    let side = min(image.width, image.height, 8)
    precondition(image.centreSquare(side).count == channels * side * side)
  }
}

/// Runs a reader that may refuse its input with one readable reason.
private func refusalOnly(_ read: () throws -> Void) {
  do {
    try read()
  } catch let error as DataError {
    requireReadable("\(error)")
  } catch {
    fatalError("another error: \(error)")
  }
}
