import ArgumentParser
import Engine
import Results
import Study

/// `ouroboros sample RUN --cell C --seed S --generation G -n N -o FILE`
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Write samples that a run has kept to a .npy or .safetensors file.",
    discussion: """
      A run keeps the samples that keep.samples of its study asks for. The array is called samples and \
      has one entry a sample; a .safetensors file also holds labels, where there are any, and where the \
      samples come from.
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
    name: .customShort("n"), help: "How many, from the first on; all that are kept without it.")
  var count: Int?

  @ArgumentParser.Option(
    name: .shortAndLong, help: "The file to write, .npy or .safetensors; an older one is replaced.",
    completion: .file(extensions: ["npy", "safetensors"]))
  var output: String

  func validate() throws {
    if let count, count < 1 { throw ValidationError("-n: expected 1 or more, found \(count)") }
    guard ArrayFormat(path: output) != nil else {
      throw ValidationError("-o: expected a name that ends in .npy or .safetensors, found '\(output)'")
    }
  }

  func run() throws {
    try reportingMistakes {
      let directory = try RunDirectory(existing: path)
      let found = try SampleRequest(directory).find(cell: cell, seed: seed, generation: generation)
      var (tensors, metadata) = try found.read(from: directory)
      let kept = tensors.first { $0.name == "samples" }?.shape.first ?? 0
      if let count {
        guard count <= kept else {
          throw SampleRequestError.absent("\(count) samples asked for, \(kept) are kept")
        }
        tensors = tensors.map { $0.first(count) }
      }
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
}
