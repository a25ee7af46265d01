import CKernels

/// The map from random words to normal numbers that the streams apply, by itself: Box and Muller,
/// "A note on the generation of random normal deviates", 1958. For accuracy tests and for words
/// from elsewhere.
public enum NormalMap {
  /// Two numbers from every two words a, b: √(−2 ln u)·cos θ and √(−2 ln u)·sin θ with
  /// u = (⌊a / 2¹¹⌋ + 1)·2⁻⁵³ in (0, 1] and θ = (π/2)·(⌊b / 2⁶²⌋ + (b mod 2⁵²)·2⁻⁵² − ½).
  ///
  /// - Parameter words: an even number of words.
  public static func normals(_ words: [UInt64]) -> [Double] {
    precondition(words.count % 2 == 0, "\(words.count) words are not pairs")
    return [Double](unsafeUninitializedCapacity: words.count) { buffer, count in
      ckernels_box_muller(words, buffer.baseAddress, words.count / 2)
      count = words.count
    }
  }

  /// Two numbers from every two words a, b, with u = (⌊a / 2⌋ | 1)·2⁻³¹ in (0, 1) and
  /// θ = (π/2)·(⌊b / 2³⁰⌋ + s·2⁻³²), s the word 4b mod 2³² read as a signed number.
  ///
  /// - Parameter words: an even number of words.
  public static func normals(_ words: [UInt32]) -> [Float] {
    precondition(words.count % 2 == 0, "\(words.count) words are not pairs")
    return [Float](unsafeUninitializedCapacity: words.count) { buffer, count in
      ckernels_box_muller_float(words, buffer.baseAddress, words.count / 2)
      count = words.count
    }
  }
}
