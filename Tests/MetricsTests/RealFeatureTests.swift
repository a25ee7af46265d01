import Datasets
import Foundation
import Metrics
import Options
import Randomness
import Samples
import TestSupport
import Testing

private typealias Fixtures = FeatureFixtures

/// Features of MNIST, where its files are on this machine.
@Suite struct RealFeatureTests {
  /// Samples whose class is predicted right.
  private func correct(
    _ classifier: any FeatureClassifier, _ features: [Double], _ samples: SampleSet
  ) -> Int {
    zip(classifier.predictions(of: features), samples.labels ?? []).count {
      classifier.classes[$0] == $1
    }
  }

  private struct First: Decodable {
    let features256, logits: [[Double]]
    let test_accuracy: Double
  }

  /// Features of the first eight test images and the accuracy on all 10,000, as an independent
  /// forward pass has them.
  @Test(
    .enabled(
      if: Fixtures.hasMNIST && Fixtures.hasDigitNetwork,
      "no mnist or mnist-cnn in OUROBOROS_TEST_DATA"))
  func pretrainedDigits() throws {
    let dataset = try Fixtures.mnist(training: 10, heldOut: 10_000)
    let held = try dataset.heldOut(key: RandomKey(seed: 0))
    let training = try dataset.training(key: RandomKey(seed: 0))
    let store = FeatureStore(
      real: { training }, resolve: { Fixtures.digitFolder.appending(path: $0).path })
    let made = try store.extractor(
      .digits(weights: "digit_recognizer_cnn.safetensors"), space: dataset.space, metric: "frechet")
    let classifier = try #require(made as? any FeatureClassifier)
    let features = try classifier.features(of: held)
    let golden = try JSONDecoder().decode(
      First.self,
      from: Data(contentsOf: Fixtures.digitFolder.appending(path: "golden_first8.json")))
    #expect(golden.features256.count == 8)
    // Written with five digits behind the point; float32 sums.
    expectClose(
      Array(features[..<(8 * 256)]), golden.features256.flatMap { $0 }, relative: 1e-5,
      absolute: 2e-5)
    let right = correct(classifier, features, held)
    print("pretrained digits: \(right) of 10000 right")
    #expect(right == 9906)
    #expect(Double(right) / 10_000 == golden.test_accuracy)
  }

  /// A network trained on the first 4,000 images, and what the metrics say of real data.
  @Test(.enabled(if: Fixtures.hasMNIST, "no mnist in OUROBOROS_TEST_DATA"))
  func trainedNetwork() throws {
    let dataset = try Fixtures.mnist(training: 4000, heldOut: 2000)
    let training = try dataset.training(key: RandomKey(seed: 0))
    let held = try dataset.heldOut(key: RandomKey(seed: 0))
    let store = FeatureStore(real: { training })
    let made = try store.extractor(.lenet, space: dataset.space, metric: "frechet")
    let classifier = try #require(made as? any FeatureClassifier)
    let right = correct(classifier, try classifier.features(of: held), held)
    print("trained network: \(right) of 2000 right")
    // The first test images are the harder half; a linear classifier has 1,750.
    #expect(right >= 1900)
    let reference = Fixtures.reference(training: training, heldOut: held, features: store)
    let fresh = try dataset.fresh(2000, key: RandomKey(seed: 5))
    var blurred = fresh
    blurred.reals = fresh.reals.map { 0.5 * $0 }
    let zeros = fresh.selecting((0..<2000).filter { fresh.labels?[$0] == 0 })
    func measure(_ type: any Metric.Type, _ samples: SampleSet) throws -> [String: Double] {
      try Fixtures.measure(type, reference, Fixtures.subject(samples))
    }
    let good = try measure(FrechetMetric.self, fresh)["distance"]!
    #expect(try measure(FrechetMetric.self, blurred)["distance"]! > 5 * good)
    let classes = try measure(ClassesMetric.self, fresh)
    #expect(classes["classes"] == 10 && classes["total_variation"]! < 0.06)
    #expect(try measure(ClassesMetric.self, zeros)["total_variation"]! > 0.8)
    #expect(try measure(PrecisionRecallMetric.self, zeros)["recall"]! < 0.2)
    #expect(try measure(PrecisionRecallMetric.self, fresh)["recall"]! > 0.8)
    #expect(try measure(NearestRealMetric.self, training)["ratio"] == 0)
  }
}
