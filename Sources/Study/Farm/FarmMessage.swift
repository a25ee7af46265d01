import Foundation

/// What coordinator and workers say to each other.
package enum FarmMessage: Sendable {
  /// To a worker: tasks to run.
  case bundle(Schedule.Bundle)
  /// To a worker: no more work will come.
  case finish
  /// To a worker: leave at the next generation boundary.
  case stop
  /// To the coordinator: results, opaque to the farm.
  case results([UInt8])
  /// To the coordinator: how far the work in hand has come, opaque to the farm.
  case progress([UInt8])
  /// To the coordinator: a bundle is done.
  case done(bundle: Int, seconds: Double)
  /// To the coordinator: the worker lives, and where it is.
  case here(Whereabouts)
  /// To a worker: the coordinator lives.
  case present
  /// To the coordinator: the worker's last word.
  case goodbye(WorkerReport)
  /// To a worker: the run is closed, the job may end.
  case release

  package func encoded() throws -> [UInt8] {
    switch self {
    case .bundle(let bundle):
      return [1] + words([bundle.id] + bundle.tasks)
    case .finish: return [2]
    case .stop: return [3]
    case .results(let bytes): return [4] + bytes
    case .done(let bundle, let seconds):
      return [5] + words([bundle, Int(bitPattern: UInt(seconds.bitPattern))])
    case .progress(let bytes): return [7] + bytes
    case .here(let place): return try [8] + JSONEncoder().encode(place)
    case .present: return [9]
    case .release: return [10]
    case .goodbye(let report): return try [6] + JSONEncoder().encode(report)
    }
  }

  package init(_ bytes: [UInt8]) throws {
    let payload = bytes.dropFirst()
    switch bytes.first {
    case 1:
      let numbers = integers(payload)
      self = .bundle(Schedule.Bundle(id: numbers[0], tasks: Array(numbers.dropFirst())))
    case 2: self = .finish
    case 3: self = .stop
    case 4: self = .results(Array(payload))
    case 5:
      let numbers = integers(payload)
      self = .done(bundle: numbers[0], seconds: Double(bitPattern: UInt64(UInt(bitPattern: numbers[1]))))
    case 6: self = .goodbye(try JSONDecoder().decode(WorkerReport.self, from: Data(payload)))
    case 7: self = .progress(Array(payload))
    case 8: self = .here(try JSONDecoder().decode(Whereabouts.self, from: Data(payload)))
    case 9: self = .present
    case 10: self = .release
    default: throw FarmError.badMessage(kind: bytes.first.map(Int.init) ?? -1)
    }
  }
}

/// A broken invariant of the farm: a programming mistake, reported and fatal.
enum FarmError: Error, CustomStringConvertible {
  case badMessage(kind: Int)
  var description: String {
    switch self {
    case .badMessage(let kind): "a message of unknown kind \(kind) arrived"
    }
  }
}

/// Integers as 8 bytes each, in this machine's order: all ranks of a job share it.
private func words(_ numbers: [Int]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }

private func integers(_ bytes: ArraySlice<UInt8>) -> [Int] {
  bytes.withUnsafeBytes { raw in
    (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Int.self) }
  }
}
