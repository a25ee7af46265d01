/// The reader may refuse the bytes, with a short reason, but never trap; what it accepts must survive
/// being written and read again.
let targets: [String: FuzzTarget] = ["safetensors": check]

@Sendable private func check(_ bytes: [UInt8]) {
  do throws(SafetensorsError) {
    let file = try SafetensorsFile(bytes, path: "fuzz")
    var tensors: [SafetensorsTensor] = []
    var end = 0
    for entry in file.entries {
      // One behind the other, each as large as its shape says.
      precondition(entry.offsets.lowerBound == end && entry.offsets.upperBound <= bytes.count)
      precondition(entry.shape.reduce(1, *) == entry.count)
      end = entry.offsets.upperBound
      let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: entry.count)
      defer { floats.deallocate() }
      do throws(SafetensorsError) {
        let reals = try file.reals(entry)
        precondition(reals.count == entry.count)
        try file.floats(entry, into: floats)
        tensors.append(try file.tensor(entry))
      } catch {
        precondition(error.kind == .malformed)
      }
    }
    try checkRoundTrip(
      tensors, metadata: Dictionary(uniqueKeysWithValues: file.metadata.map { ($0.key, $0.value) }))
  } catch {
    precondition(error.kind == .malformed && error.reason.utf8.count < 1000)
  }
}

/// The tensors that have a type of their own, written and read; compared by their bytes, as NaN
/// differs from itself.
private func checkRoundTrip(
  _ tensors: [SafetensorsTensor], metadata: [String: String]
) throws(SafetensorsError) {
  let written = SafetensorsFile.encode(tensors, metadata: metadata)
  let file = try SafetensorsFile(written, path: "written")
  precondition(file.entries.count == tensors.count && file.metadata.count == metadata.count)
  var again: [SafetensorsTensor] = []
  for entry in file.entries { again.append(try file.tensor(entry)) }
  precondition(SafetensorsFile.encode(again, metadata: metadata) == written)
}
