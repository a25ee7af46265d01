import CZlib
import Datasets
import Engine
import Foundation
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// The published data sets, where they are on this machine: sums taken by NumPy from files whose
/// MD5 equal the published ones.
@Suite struct RealDataTests {
  private func checksum(_ bytes: [UInt8]) -> UInt { crc32(0, bytes, UInt32(bytes.count)) }

  private func expectFiles(
    _ directory: String, checksums: [String: UInt], trainingCounts: [Int], testCounts: [Int]
  ) throws {
    for (name, checksum) in checksums.sorted(by: { $0.key < $1.key }) {
      let file = try IDXFile(path: "\(directory)/\(name).gz", rank: name.contains("idx3") ? 3 : 1)
      #expect(self.checksum(file.bytes) == checksum, "\(name)")
      if name.contains("labels") {
        let counts = (0..<10).map { label in file.bytes.count { $0 == label } }
        #expect(counts == (name.hasPrefix("train") ? trainingCounts : testCounts))
      } else {
        #expect(file.dimensions == [name.hasPrefix("train") ? 60_000 : 10_000, 28, 28])
      }
    }
  }

  /// The sums of the first images, over the data set's own values.
  private func expectDataset(
    _ name: String, _ directory: String, first: Int, firstTest: Int, label: Int32
  ) throws {
    let dataset = try Fixtures.dataset(
      name, ["data_dir": .text(directory), "limit": .integer(500), "held_out": .integer(200)])
    #expect(dataset.space == .images(channels: 1, height: 28, width: 28))
    #expect(dataset.count == 500)
    let training = try dataset.training(key: RandomKey(seed: 0))
    let held = try dataset.heldOut(key: RandomKey(seed: 0))
    #expect(training.count == 500 && held.count == 200)
    expectClose(training.reals[..<784].reduce(0, +) * 255, Double(first), relative: 1e-12)
    expectClose(held.reals[..<784].reduce(0, +) * 255, Double(firstTest), relative: 1e-12)
    #expect(training.labels?.first == label)
    #expect(training.reals.allSatisfy { (0...1).contains($0) })
  }

  @Test(
    .enabled(
      if: Fixtures.exists(Fixtures.fashion),
      "the Debian package dataset-fashion-mnist is not installed"))
  func fashion() throws {
    try expectFiles(
      Fixtures.fashion,
      checksums: [
        "train-images-idx3-ubyte": 0xae65_dccd, "train-labels-idx1-ubyte": 0x2ed6_e46a,
        "t10k-images-idx3-ubyte": 0x1272_8439, "t10k-labels-idx1-ubyte": 0x242b_c73f,
      ],
      trainingCounts: [Int](repeating: 6000, count: 10),
      testCounts: [Int](repeating: 1000, count: 10))
    try expectDataset("fashion-mnist", Fixtures.fashion, first: 76_247, firstTest: 33_456, label: 9)
  }

  @Test(.enabled(if: Fixtures.exists(Fixtures.mnist), "no mnist in OUROBOROS_TEST_DATA"))
  func mnist() throws {
    try expectFiles(
      Fixtures.mnist,
      checksums: [
        "train-images-idx3-ubyte": 0xf363_9b56, "train-labels-idx1-ubyte": 0xba07_e8ef,
        "t10k-images-idx3-ubyte": 0xe4ca_5f57, "t10k-labels-idx1-ubyte": 0xee86_04d9,
      ],
      trainingCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
      testCounts: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    try expectDataset("mnist", Fixtures.mnist, first: 27_525, firstTest: 18_454, label: 5)
  }

  @Test(.enabled(if: Fixtures.exists(Fixtures.digits), "no digits8x8 in OUROBOROS_TEST_DATA"))
  func digits() throws {
    let dataset = try Fixtures.dataset("digits", ["path": .text(Fixtures.digits)])
    let training = try dataset.training(key: RandomKey(seed: 0))
    let held = try dataset.heldOut(key: RandomKey(seed: 0))
    #expect(training.count == 1438 && held.count == 359)
    #expect(dataset.space == .images(channels: 1, height: 8, width: 8))
    let labels = (training.labels ?? []) + (held.labels ?? [])
    #expect(
      (0..<10).map { label in labels.count { $0 == label } }
        == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    // Sixteenths are exact.
    #expect((training.reals + held.reals).reduce(0, +) * 16 == 561_718)
    // Ten components of the test images keep the shares of variance they keep of the training
    // images.
    let small = try Fixtures.dataset(
      "digits", ["path": .text(Fixtures.digits), "components": .integer(10)])
    let basis = try #require((small as? any ImageDataset)?.principalComponents)
    #expect(small.space == .vectors(dimension: 10) && basis.dimension == 64)
    let coordinates = try small.heldOut(key: RandomKey(seed: 0)).reals
    let kept = coordinates.reduce(0) { $0 + $1 * $1 } / 359
    expectClose(kept, basis.variances.reduce(0, +), relative: 0.1)
  }

  /// 60,000 images of 784 pixels: the covariance by a symmetric rank-k product and one
  /// eigendecomposition.
  @Test(
    .enabled(
      if: Fixtures.exists(Fixtures.fashion),
      "the Debian package dataset-fashion-mnist is not installed"))
  func fashionComponents() throws {
    let start = ContinuousClock.now
    let dataset = try Fixtures.dataset(
      "fashion-mnist", ["components": .integer(50), "held_out": .integer(1000)])
    let seconds = ContinuousClock.now - start
    print("fashion-mnist by 50 principal components: read and projected in \(seconds)")
    let basis = try #require((dataset as? any ImageDataset)?.principalComponents)
    let training = try dataset.training(key: RandomKey(seed: 0))
    #expect(training.count == 60_000 && training.space == .vectors(dimension: 50))
    var variances = [Double](repeating: 0, count: 50)
    for (index, value) in training.reals.enumerated() { variances[index % 50] += value * value }
    expectClose(variances.map { $0 / 59_999 }, basis.variances, relative: 1e-8)
    #expect(zip(basis.variances, basis.variances.dropFirst()).allSatisfy { $0 >= $1 })
    // Shares of the total variance as scikit-learn's users know them: 29 % and 18 %.
    expectClose(basis.variances[0] / basis.variances[1], 0.2904 / 0.1775, relative: 0.01)
    // A component's image: the mean moved along it.
    let image = basis.reconstruct(Array(training.reals[..<50]), rows: 1)
    #expect(image.count == 784 && image.allSatisfy { $0 > -0.7 && $0 < 1.7 })
  }
}
