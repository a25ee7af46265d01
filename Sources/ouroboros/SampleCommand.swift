import ArgumentParser
import Engine
import Results
import Study

/// `ouroboros sample RUN --cell C --seed S --generation G -n N -o FILE`
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Write samples of a run to a .npy or .safetensors file: kept ones, or new ones from a kept model.",
    discussion: """
      A run keeps the samples that keep.samples of its study asks for, and the networks that keep.models \
      asks for, from which any number of samples can be drawn. The array is called samples and has one \
      entry a sample; a .safetensors file also holds labels, where there are any, and where the samples \
      come from.
      """)

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"), completion: .directory)
  var path: String

  @ArgumentParser.Option(
    help: "The cell: its id, the first digits of it, or what varies, e.g. 'policy=replace'.")
  var cell: String

  @ArgumentParser.Option(help: "The seed of the chain.")
  var seed: Int

  @ArgumentParser.Option(help: "The generation that the samples come from.")
  var generation: Int

  @ArgumentParser.Option(
    help: ArgumentHelp(
      "The kept samples, or new ones from the kept model, drawn as the chain does, before its corrector.",
      valueName: "samples|models"))
  var from = KeptFile.Kind.samples

  @ArgumentParser.Option(
    name: .customShort("n"),
    help: "How many. Of kept samples the first ones, all without it; of a model it has to be said.")
  var count: Int?

  @ArgumentParser.Option(
    help: ArgumentHelp(
      "Which draw from a model: every number gives other samples, the same ones every time, and 0 those that "
        + "the chain itself has drawn. (default: 1)"))
  var draw: Int?

  @ArgumentParser.Option(
    name: .shortAndLong, help: "The file to write, .npy or .safetensors; an older one is replaced.",
    completion: .file(extensions: ["npy", "safetensors"]))
  var output: String

  func validate() throws {
    if let count, count < 1 { throw ValidationError("-n: expected 1 or more, found \(count)") }
    if from == .models, count == nil { throw ValidationError("-n: say how many samples to draw from the model") }
    if let draw, draw < 0 { throw ValidationError("--draw: expected 0 or more, found \(draw)") }
    if from == .samples, draw != nil { throw ValidationError("--draw: only --from models draws samples") }
    guard ArrayFormat(path: output) != nil else {
      throw ValidationError("-o: expected a name that ends in .npy or .safetensors, found '\(output)'")
    }
  }

  func run() throws {
    try reportingMistakes {
      let directory = try RunDirectory(existing: path)
      let plan = try StudyPlan.read(path: directory.plan)
      let found = try KeptFileSearch(from, of: plan, in: directory)
        .find(cell: cell, seed: seed, generation: generation)
      var (tensors, metadata) = try samples(of: found, plan, directory)
      metadata.merge([
        "cell": found.cell, "seed": String(found.seed), "generation": String(found.generation),
      ]) { $1 }
      guard let format = ArrayFormat(path: output) else { preconditionFailure("checked above") }
      try publishFile(format.encode(tensors, metadata: metadata), at: output)
      let shape = tensors.first { $0.name == "samples" }?.shape ?? []
      print("\(output): samples \(shape)")
      if format == .npy, tensors.contains(where: { $0.name == "labels" }) {
        print("labels are left out: a .safetensors file holds both")
      }
    }
  }

  private func samples(
    of found: KeptFile, _ plan: StudyPlan, _ directory: RunDirectory
  ) throws -> (tensors: [SafetensorsTensor], metadata: [String: String]) {
    if found.kind == .models, let count {
      try ProcessSetup.prepare()
      return try plan.draw(count, number: draw ?? 1, from: found, in: directory)
    }
    let (tensors, metadata) = try found.readSamples(from: directory)
    guard let count else { return (tensors, metadata) }
    let kept = tensors.first { $0.name == "samples" }?.shape.first ?? 0
    guard count <= kept else {
      throw KeptFileSearchError.absent("\(count) samples asked for, \(kept) are kept")
    }
    return (tensors.map { $0.first(count) }, metadata)
  }
}

extension KeptFile.Kind: ExpressibleByArgument {}
