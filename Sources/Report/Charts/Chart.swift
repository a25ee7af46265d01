/// A chart with the words around it.
struct Chart: Sendable {
  /// Letters, digits and hyphens: the id of elements of the page.
  let id: String
  let title: String
  /// What is drawn and how to read it, one to three sentences.
  let caption: String
  var specification: VegaSpecification
  /// Whether the scale named `value` may be made logarithmic.
  var hasLogarithm = false
  /// Whether it is drawn into a bitmap: charts of many small marks.
  var isBitmap = false
}
