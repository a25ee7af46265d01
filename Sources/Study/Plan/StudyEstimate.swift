import Datasets
import Loops
import Models
import Options
import Samples

/// What a run of a plan will need, before it starts.
public struct StudyEstimate: Sendable {
  public let ranks: Int
  public let cells: Int
  public let chains: Int
  /// Fits, summed over chains.
  public let generations: Double
  /// Samples drawn, summed over chains.
  public let samples: Double
  /// `CostModel` units, summed over chains.
  public let units: Double
  /// Wall-clock seconds: units shared by the workers, and no less than the longest chain.
  public let seconds: Double
  public let segmentBytes: Double
  public let databaseBytes: Double
  /// Bytes of the samples that `keep` asks for.
  public let keptBytes: Double
  public let files: Double
  public let memoryBytesPerRank: Double
}

extension StudyEstimate {
  /// Quantities a metric records, on average.
  private static let quantitiesPerMetric = 6.0
  // Measured on 10,000 generations of the Gaussian sweep: 130 bytes of segment and 655 bytes of
  // database a generation.
  /// Bytes of a number in a segment (text), of a row in the database with its index entry.
  private static let bytesPerNumber = 18.0
  private static let bytesPerRow = 95.0
  /// Bytes of a segment record beside its numbers, shared by the generations of a block.
  private static let bytesPerRecord = 30.0
  /// Resident bytes of the program itself, MPI and BLAS included.
  private static let programBytes = 64e6
  /// What the coordinator keeps of every number.
  private static let indexBytesPerNumber = 24.0

  /// - Parameters:
  ///   - shapes: the size of each data set, by the canonical JSON of its choice.
  ///   - ranks: MPI ranks; with more than one, rank 0 coordinates and the others run chains.
  /// - Throws: what a policy throws when the loop's options do not suit it.
  /// - Complexity: O(cells).
  public init(
    _ plan: StudyPlan, shapes: [String: DatasetShape], ranks: Int, model: CostModel = CostModel()
  ) throws {
    let seeds = Double(plan.seeds.count)
    var units = 0.0
    var longest = 0.0
    var drawn = 0.0
    var kept = 0.0
    var resident = 0.0
    for cell in plan.cells {
      guard let shape = shapes[cell.dataset.value.canonicalJSON] else {
        throw ComponentError(cell.dataset.name, "its size is not known")
      }
      let load = try ChainLoad(cell, shape)
      let cost = model.units(cell, load)
      units += cost * seeds
      longest = max(longest, cost)
      drawn += load.drawn * seeds
      let counts = cell.keep.samples.map {
        Double(cell.loop.samples.count(generation: $0, dataCount: shape.count))
      }
      kept += counts.reduce(0, +) * Double(load.width) * 8 * seeds
      resident = max(resident, try StudyEstimate.residentBytes(cell, load, shape))
    }
    let chains = Double(plan.chainCount)
    let fits = chains * Double(plan.generations)
    let quantities = Double(plan.metrics.count) * StudyEstimate.quantitiesPerMetric
    let trained = plan.cells.count { ModelRegistry.named($0.model.name)?.isTrained ?? false }
    let keptFiles =
      Double(plan.keep.samples.count) * chains
      + Double(plan.keep.models.count * trained) * seeds
    self.init(
      ranks: ranks, cells: plan.cells.count, chains: plan.chainCount, generations: fits,
      samples: drawn, units: units,
      seconds: model.secondsPerUnit * max(longest, units / Double(max(1, ranks - 1))),
      segmentBytes: fits
        * (StudyEstimate.bytesPerRecord + quantities * StudyEstimate.bytesPerNumber),
      databaseBytes: (fits * quantities
        + Double(plan.cells.count * plan.generations) * quantities) * StudyEstimate.bytesPerRow,
      keptBytes: kept, files: 10 + 4 * Double(ranks) + keptFiles,
      memoryBytesPerRank: StudyEstimate.programBytes + resident
        + fits * quantities * StudyEstimate.indexBytesPerNumber)
  }

  /// The estimate as a JSON object with sorted keys.
  public var json: String {
    OptionValue.map([
      "ranks": .integer(ranks), "cells": .integer(cells), "chains": .integer(chains),
      "generations": .real(generations), "samples": .real(samples), "cost_units": .real(units),
      "seconds": .real(seconds), "segment_bytes": .real(segmentBytes),
      "database_bytes": .real(databaseBytes), "kept_sample_bytes": .real(keptBytes),
      "files": .real(files), "memory_bytes_per_rank": .real(memoryBytesPerRank),
    ]).canonicalJSON
  }
}

extension StudyPlan {
  /// The size of every data set of the plan; reads each one once.
  ///
  /// - Throws: `DataError` or `ComponentError` for a data set that cannot be used.
  public func datasetShapes() throws -> [String: DatasetShape] {
    var shapes: [String: DatasetShape] = [:]
    let files = DataFiles(directory: directory)
    for cell in cells {
      let key = cell.dataset.value.canonicalJSON
      guard shapes[key] == nil, let type = DatasetRegistry.named(cell.dataset.name) else {
        continue
      }
      let dataset = try type.init(options: cell.dataset.options, files: files)
      shapes[key] = DatasetShape(
        count: dataset.count, width: dataset.space.width, space: dataset.space)
    }
    return shapes
  }
}
