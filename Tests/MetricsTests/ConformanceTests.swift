import Laws
import Metrics
import Options
import Samples
import Testing

/// What every entry of the registry promises, in every situation it accepts.
@Suite struct ConformanceTests {
  /// The situations each metric accepts with default options; all others it must refuse.
  static let accepted: [String: [String]] = [
    "moments": [
      "Gaussian, d = 1", "Gaussian, d = 2", "mixture", "kernel density", "unknown laws", "images",
      "labelled images", "categories", "tokens",
    ],
    "wasserstein": [
      "Gaussian, d = 1", "Gaussian, d = 2", "mixture", "kernel density", "unknown laws", "images",
      "labelled images", "categories",
    ],
    "mmd": reals,
    "divergence": ["Gaussian, d = 1", "Gaussian, d = 2", "kernel density", "categories", "tokens"],
    "discrete": ["categories", "tokens"],
    "tail": [
      "Gaussian, d = 1", "Gaussian, d = 2", "mixture", "kernel density", "unknown laws", "images",
      "labelled images", "categories",
    ],
    "mode-coverage": ["mixture"],
    "mixture-l2": ["Gaussian, d = 1", "Gaussian, d = 2", "mixture", "kernel density"],
    "nll": [
      "Gaussian, d = 1", "Gaussian, d = 2", "mixture", "kernel density", "categories", "tokens",
      "regression",
    ],
    "regression": ["regression"],
    "collapse-flags": [
      "Gaussian, d = 1", "Gaussian, d = 2", "mixture", "kernel density", "unknown laws", "images",
      "labelled images", "categories",
    ],
    "effective-sample-size": [
      "Gaussian, d = 1", "Gaussian, d = 2", "mixture", "kernel density", "categories",
    ],
    "frechet": reals,
    "kernel-distance": reals,
    "precision-recall": reals,
    "density-coverage": reals,
    "classes": ["labelled images"],
    "nearest-real": reals,
  ]
  private static let reals = [
    "Gaussian, d = 1", "Gaussian, d = 2", "mixture", "kernel density", "unknown laws", "images",
    "labelled images",
  ]
  /// Accepted, but the law turns out to have no closed form.
  static let refusedWhenMeasured = ["divergence kernel density", "mixture-l2 kernel density"]

  @Test func registryNames() {
    let names = MetricRegistry.all.map { $0.component.name }
    #expect(Set(names) == Set(Self.accepted.keys) && names.count == Self.accepted.count)
    for metric in MetricRegistry.all {
      let component = metric.component
      #expect(component.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
      #expect(component.summary.hasSuffix("."))
      #expect(Set(component.options.map(\.name)).count == component.options.count)
      #expect(MetricRegistry.named(component.name)?.component == component)
    }
    #expect(MetricRegistry.named("no-such-metric") == nil)
  }

  @Test(arguments: MetricRegistry.all.indices, situations)
  func promises(index: Int, situation: Situation) throws {
    let type = MetricRegistry.all[index]
    let name = type.component.name
    let values = try options(type.component)
    guard Self.accepted[name]?.contains(situation.name) == true else {
      let error = #expect(throws: ComponentError.self) {
        _ = try type.init(options: values, reference: situation.reference)
      }
      #expect(error?.component == name && (error?.message.count ?? 0) > 15)
      return
    }
    let metric = try type.init(options: values, reference: situation.reference)
    #expect(!metric.quantities.isEmpty && Set(metric.quantities).count == metric.quantities.count)
    for quantity in metric.quantities {
      #expect(quantity.allSatisfy { ($0.isLowercase && $0.isASCII) || $0.isNumber || $0 == "_" })
    }
    if Self.refusedWhenMeasured.contains("\(name) \(situation.name)") {
      #expect(throws: ComponentError.self) { try metric.measure(situation.subject) }
      return
    }
    let result = try metric.measure(situation.subject)
    #expect(result.count == metric.quantities.count)
    for (quantity, value) in zip(metric.quantities, result) where quantity != "fixation_state" {
      #expect(value.isFinite, "\(name).\(quantity) is \(value)")
    }
    // The same bits again, from a second instance too.
    let again = try type.init(options: values, reference: situation.reference)
    #expect(again.quantities == metric.quantities)
    for other in [try metric.measure(situation.subject), try again.measure(situation.subject)] {
      #expect(other.map(\.bitPattern) == result.map(\.bitPattern))
    }
    // Where no samples are said to be needed, none are looked at.
    if !metric.needsSamples {
      let bare = situation.with(SampleSet(emptyIn: situation.reference.space))
      #expect(try metric.measure(bare).map(\.bitPattern) == result.map(\.bitPattern))
    }
  }

  @Test(arguments: MetricRegistry.all.indices, situations)
  func badSamplesAreReported(index: Int, situation: Situation) throws {
    let type = MetricRegistry.all[index]
    guard Self.accepted[type.component.name]?.contains(situation.name) == true else { return }
    var given: [String: OptionValue] = [:]
    if type.component.options.contains(where: { $0.name == "source" }) {
      given["source"] = .text("samples")
    }
    let values = try options(type.component, given)
    guard let metric = try? type.init(options: values, reference: situation.reference),
      metric.needsSamples
    else { return }
    let empty = situation.with(SampleSet(emptyIn: situation.reference.space))
    if let result = try? metric.measure(empty) {
      #expect(result.count == metric.quantities.count)
      let reported = result.contains { $0.isNaN }
      #expect(reported, "an empty set was measured: \(result)")
    }
    for bad in [Double.nan, .infinity, -.infinity] {
      var samples = situation.subject.samples
      if samples.space.isDiscrete {
        samples.indices[1] = bad.isNaN ? -1 : 1000
        #expect(throws: IndexOutOfRange.self) { try metric.measure(situation.with(samples)) }
        continue
      }
      samples.reals[1] = bad
      let result = try metric.measure(situation.with(samples))
      #expect(result.count == metric.quantities.count)
      let finite = result.filter(\.isFinite)
      #expect(finite.isEmpty, "\(bad) among the samples gave \(result)")
    }
  }
}
