import Foundation
import Testing

/// Tests/Golden/randomness.json, made by randomness.py beside it.
struct Golden: Decodable {
  struct Map: Decodable {
    let words: [String]
    let normals: [Double]
  }
  struct Continuous: Decodable, CustomTestStringConvertible {
    let name: String
    let parameters: [Double]
    let mean: Double
    let variance: Double
    let skew: Double
    /// 63 quantiles at multiples of 1/64.
    let quantiles: [Double]
    var testDescription: String { "\(name)\(parameters)" }
  }
  struct Discrete: Decodable, CustomTestStringConvertible {
    let name: String
    let parameters: [Double]
    let mean: Double
    let variance: Double
    let skew: Double
    let first: Int
    /// Of the outcomes `first`, `first` + 1, …
    let probabilities: [Double]
    var testDescription: String { "\(name)\(parameters)" }
  }
  let box_muller: Map
  let box_muller_float: Map
  let continuous: [Continuous]
  let discrete: [Discrete]

  static let shared: Golden = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = folder.appendingPathComponent("../Golden/randomness.json")
    do {
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    } catch {
      fatalError("\(file.path): \(error)")
    }
  }()
}
