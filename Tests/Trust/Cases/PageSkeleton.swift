/// What a browser makes elements of in an HTML page: tags and the names of their attributes, in order.
/// Contents of scripts and styles end at their closing tag, as in a browser.
struct PageSkeleton {
  /// E.g. `figure class id`.
  private(set) var tags: [String] = []
  /// The contents of scripts that are not data.
  private(set) var scripts: [String] = []
  /// The values of attributes that lead elsewhere.
  private(set) var links: [String] = []

  init(_ html: String) {
    let bytes = Array(html.utf8)
    var at = 0
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    func find(_ word: String, from start: Int) -> Int? {
      let word = Array(word.utf8)
      guard start + word.count <= bytes.count else { return nil }
      return (start...(bytes.count - word.count)).first { place in
        bytes[place] == word[0] && bytes[place..<(place + word.count)].elementsEqual(word)
      }
    }
    func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a }
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "<"), at + 1 < bytes.count else {
        at += 1
        continue
      }
      if text(at..<min(at + 4, bytes.count)) == "<!--" {
        tags.append("comment")
        at = find("-->", from: at).map { $0 + 3 } ?? bytes.count
        continue
      }
      let isClosing = bytes[at + 1] == UInt8(ascii: "/")
      let start = at + (isClosing ? 2 : 1)
      guard start < bytes.count, isLetter(bytes[start]) || bytes[start] == UInt8(ascii: "!") else {
        at += 1
        continue
      }
      var end = start
      while end < bytes.count, ![0x20, 0x0a, 0x09, 0x2f, 0x3e].contains(bytes[end]) { end += 1 }
      let name = text(start..<end).lowercased()
      var attributes: [(name: String, value: String)] = []
      at = end
      while at < bytes.count, bytes[at] != UInt8(ascii: ">") {
        guard ![0x20, 0x0a, 0x09, 0x2f].contains(bytes[at]) else {
          at += 1
          continue
        }
        let from = at
        while at < bytes.count, ![0x20, 0x0a, 0x09, 0x3d, 0x3e].contains(bytes[at]) { at += 1 }
        let attribute = text(from..<at).lowercased()
        var value = ""
        if at < bytes.count, bytes[at] == UInt8(ascii: "=") {
          at += 1
          let quote = at < bytes.count ? bytes[at] : 0
          if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let close = bytes[(at + 1)...].firstIndex(of: quote) ?? bytes.count
            value = text((at + 1)..<close)
            at = min(close + 1, bytes.count)
          } else {
            let from = at
            while at < bytes.count, ![0x20, 0x0a, 0x09, 0x3e].contains(bytes[at]) { at += 1 }
            value = text(from..<at)
          }
        }
        attributes.append((attribute, value))
        if ["href", "src", "action", "data", "xlink:href"].contains(attribute) { links.append(value) }
      }
      at = min(at + 1, bytes.count)
      tags.append(([isClosing ? "/" + name : name] + attributes.map(\.name).sorted()).joined(separator: " "))
      if !isClosing, ["script", "style"].contains(name) {
        let close = find("</\(name)", from: at) ?? bytes.count
        let isData = attributes.contains { $0.name == "type" && $0.value == "application/json" }
        if name == "script", !isData { scripts.append(text(at..<close)) }
        at = close
      }
    }
  }
}
