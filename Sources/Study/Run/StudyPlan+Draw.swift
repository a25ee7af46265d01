import Engine
import Loops
import Models
import Results

extension StudyPlan {
  /// New samples from a model that a run of this plan has kept, as its chain draws them: with its sampling
  /// bias, and before any corrector.
  ///
  /// - Parameters:
  ///   - number: which draw. 0 gives what the chain itself has drawn, any other number other samples, the
  ///     same ones every time.
  /// - Returns: `samples` [count, …] and `labels` [count] where there are any, and the provenance.
  /// - Throws: `CellRefusal`, `DataError` where the study's data have changed or are not there;
  ///   `ResultsError`, `SafetensorsError`, `WeightsError` where the model is damaged.
  public func draw(
    _ count: Int, number: Int, from model: KeptFile, in directory: RunDirectory
  ) throws -> (tensors: [SafetensorsTensor], metadata: [String: String]) {
    precondition(model.kind == .models, "samples are no model")
    guard let index = cells.firstIndex(where: { $0.id == model.cell }),
      let state = try directory.sealedContentsIfPresent(of: model.name)
    else { throw ResultsError.missing(path: directory.file(model.name)) }
    let context = TrainingContext(
      exchange: LocalShards(shards: resources.shards),
      options: ProgramOptions(precision: resources.precision))
    return try PreparedStudy(self).cell(index).draw(
      count, number: number, from: state, generation: model.generation, seed: model.seed, study: seed,
      context: context
    ).tensors
  }
}
