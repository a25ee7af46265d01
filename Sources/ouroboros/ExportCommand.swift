import ArgumentParser
import Results
import Study

/// `ouroboros export RUN --csv DIR`
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the tables or the kept samples of a run for other programs.",
    discussion: """
      The tables are cells, chains, metrics, summary and verdicts, one file each. The folders are made \
      where they do not exist, and older files in them replaced. For Parquet and TensorBoard see the \
      Python package in launch/python.
      """)

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"), completion: .directory)
  var path: String

  @ArgumentParser.Option(
    help: ArgumentHelp("Write the tables as CSV files.", valueName: "folder"),
    completion: .directory)
  var csv: String?

  @ArgumentParser.Option(
    help: ArgumentHelp("Write the tables as JSON lines.", valueName: "folder"),
    completion: .directory)
  var jsonl: String?

  @ArgumentParser.Option(
    help: ArgumentHelp(
      "Write all kept samples, a file CELL-seed-S-gen-G each.", valueName: "folder"),
    completion: .directory)
  var samples: String?

  @ArgumentParser.Option(help: "The format of the samples: safetensors or npy.")
  var samplesFormat = ArrayFormat.safetensors

  func validate() throws {
    guard csv != nil || jsonl != nil || samples != nil else {
      throw ValidationError("expected --csv, --jsonl or --samples")
    }
  }

  func run() throws {
    try reportingMistakes {
      let run = try RunDirectory(existing: path)
      for (folder, format) in [(csv, TableFormat.csv), (jsonl, .jsonLines)] {
        guard let folder else { continue }
        let rows = try exportTables(run, to: folder, as: format)
        for (name, count) in rows.sorted(by: { $0.key < $1.key }) {
          print("\(folder)/\(name).\(format.rawValue): \(count) rows")
        }
      }
      if let samples {
        let count = try exportSamples(run, to: samples, as: samplesFormat)
        if count == 0 {
          throw KeptFileSearchError.absent(
            "\(run.path): no samples are kept; see keep.samples of the study")
        }
        print("\(samples): \(count) file\(count == 1 ? "" : "s")")
      }
    }
  }
}

extension ArrayFormat: ExpressibleByArgument {}
