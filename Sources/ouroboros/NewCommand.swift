import ArgumentParser
import Foundation
import Study

/// `ouroboros new --preset NAME -o FILE`: a study file to edit.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write a study file from a preset; see list presets.")

  @Option(
    help: "The preset, e.g. collapse-or-thrive/gaussian.",
    completion: .list(PresetRegistry.all.map(\.name)))
  var preset: String

  @Option(name: .shortAndLong, help: "The file to write; it must not exist yet.")
  var output: String

  func run() throws {
    let text = try reportingMistakes { try PresetRegistry.text(named: preset) }
    // O_EXCL: never overwrites, never follows a link that is already there.
    let descriptor = open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw failure("\(output): cannot be created: \(String(cString: strerror(errno)))", 74)
    }
    do {
      let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
      try file.write(contentsOf: Data(text.utf8))
      try file.synchronize()
      try file.close()
    } catch {
      unlink(output)
      throw failure("\(output): cannot be written: \(error)", 74)
    }
    print("wrote \(output); next: ouroboros validate \(output)")
  }
}
