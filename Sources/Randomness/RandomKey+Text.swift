extension RandomKey {
  /// The key of a text within this key: its UTF-8 bytes folded eight at a time, then its length.
  public func folding(text: String) -> RandomKey {
    var key = self
    var word: UInt64 = 0
    var count = 0
    for byte in text.utf8 {
      word = word << 8 | UInt64(byte)
      count += 1
      if count % 8 == 0 {
        key = key.folding(word)
        word = 0
      }
    }
    return key.folding(word).folding(UInt64(count))
  }
}
