import Foundation
import ProgramSupport
import Results
import Testing

/// A new empty directory, removed after the test.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(
    "ouroboros-results-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.resolvingSymlinksInPath().path)
}

func fileBytes(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

let metricNames = [
  "moments.mean_squared_error", "moments.variance_trace", "wasserstein.w2_squared",
  "moments.log_determinant", "support.size",
]

/// A block of values that are a function of cell, seed and generation.
func block(
  cell: String = "3f2a9c01b7de", seed: Int = 0, first: Int = 0, generations: Int = 3,
  metrics: [String] = metricNames, status: ChainStatus = .running, message: String = "",
  provenance: String? = nil, scale: Double = 1
) -> ChainBlock {
  var values: [Double] = []
  for generation in first..<(first + generations) {
    var random = SplitMix(
      state: UInt64(bitPattern: Int64(seed)) &* 1_000_003 &+ UInt64(generation) &* 977
        &+ cell.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) })
    for _ in metrics { values.append(scale * Double.random(in: -4...4, using: &random)) }
  }
  return ChainBlock(
    cell: cell, seed: seed, firstGeneration: first, generations: generations, metrics: metrics,
    values: values,
    provenance: TextColumn(
      (first..<(first + generations)).map { provenance ?? "real:\(100 + $0) g0..\($0):50" }),
    status: status, message: message, seconds: [0.001, 0.25, 0.125, 0, 0.5, 0.0625])
}

/// Equal in every bit; NaN equals NaN.
func isSame(_ a: ChainBlock, _ b: ChainBlock) -> Bool {
  var (x, y) = (a, b)
  x.values = []
  y.values = []
  x.generations = 0
  y.generations = 0
  return x == y && a.generations == b.generations && a.values.count == b.values.count
    && zip(a.values, b.values).allSatisfy {
      $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
    }
}

/// The blocks of a segment and the report.
func readSegment(_ path: String) throws -> (blocks: [ChainBlock], report: SegmentReport) {
  var blocks: [ChainBlock] = []
  let report = try SegmentReader.read(path) { blocks.append($0) }
  return (blocks, report)
}

func writeSegment(_ blocks: [ChainBlock], to path: String) throws {
  let writer = try SegmentWriter(path: path)
  for block in blocks { try writer.append(block) }
  try writer.sync()
}

/// A run directory with a plan and these segments.
func makeRun(_ path: String, segments: [[ChainBlock]]) throws -> RunDirectory {
  let (run, isNew) = try RunDirectory.prepare(path)
  #expect(isNew)
  try run.publish(Array("{\"ouroboros_plan\":\(RunDirectory.format)}\n".utf8), as: "plan.json")
  try run.createDirectory("segments")
  for (rank, blocks) in segments.enumerated() {
    try writeSegment(blocks, to: run.segment(rank: rank))
  }
  return run
}
