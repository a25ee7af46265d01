import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What the command says of itself: help, completion, schema.
@Suite struct CommandLineTests {
  /// Set to write the snapshots anew; the difference is then to be read.
  private static let regenerate =
    ProcessInfo.processInfo.environment["OUROBOROS_REGENERATE_GOLDEN"] != nil
  private static let snapshots = Launch.packageRoot.appendingPathComponent("Tests/Golden/help")

  /// A command as `--experimental-dump-help` describes it.
  private struct Command: Decodable {
    let commandName: String
    let shouldDisplay: Bool?
    let subcommands: [Command]?
  }

  /// The words after `ouroboros` of every command that is shown.
  private func commands() throws -> [[String]] {
    struct Tool: Decodable { let command: Command }
    let dump = try Launch.ouroboros(["--experimental-dump-help"])
    let tool = try JSONDecoder().decode(Tool.self, from: Data(dump.output.utf8))
    func words(_ command: Command, _ before: [String]) -> [[String]] {
      [before]
        + (command.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
        .flatMap { words($0, before + [$0.commandName]) }
    }
    return words(tool.command, [])
  }

  /// The help of every command is the one that was read and agreed to.
  @Test func helpIsTheSnapshot() throws {
    let commands = try commands()
    #expect(commands.count >= 20)
    var expected: Set<String> = []
    for words in commands {
      let help = try Launch.ouroboros(words + ["--help"], environment: ["COLUMNS": "80"])
      #expect(help.status == 0 && help.output.contains("USAGE: ouroboros"), "\(words)")
      let name = (["ouroboros"] + words).joined(separator: "-") + ".txt"
      expected.insert(name)
      let file = Self.snapshots.appendingPathComponent(name)
      if Self.regenerate {
        try FileManager.default.createDirectory(
          at: Self.snapshots, withIntermediateDirectories: true)
        try Data(help.output.utf8).write(to: file)
      }
      let snapshot = try? String(contentsOf: file, encoding: .utf8)
      #expect(
        snapshot == help.output,
        "\(name): run with OUROBOROS_REGENERATE_GOLDEN=1, then read the difference")
    }
    let present = Set(try FileManager.default.contentsOfDirectory(atPath: Self.snapshots.path))
    #expect(present == expected, "snapshots of commands that are no more")
  }

  /// The scripts name every command, and the shells that are installed can read them.
  @Test(arguments: ["bash", "zsh", "fish"])
  func completionScripts(shell: String) throws {
    let script = try Launch.ouroboros(["--generate-completion-script", shell])
    #expect(script.status == 0, "\(script.summary)")
    for words in try commands() {
      #expect(script.output.contains(words.last ?? "ouroboros"), "\(words)")
    }
    let folder = try TemporaryFolder()
    let file = try folder.write(script.output, as: "completion.\(shell)")
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let program = path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/\(shell)") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    guard let program else {
      #expect(shell != "bash", "there is no bash")
      return
    }
    let check = try Launch.run(program, [shell == "fish" ? "--no-execute" : "-n", file])
    #expect(check.status == 0 && check.errorOutput.isEmpty, "\(check.summary)")
  }

  /// Bash completes commands, options and presets.
  @Test func bashCompletes() throws {
    let script = try Launch.ouroboros(["--generate-completion-script", "bash"]).output
    let folder = try TemporaryFolder()
    let file = try folder.write(script, as: "ouroboros.bash")
    func completions(_ words: [String]) throws -> [String] {
      let line = """
        source '\(file)'
        COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
        COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
        _ouroboros '\(Launch.ouroboros.path)' "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}" 2>/dev/null
        printf '%s\\n' "${COMPREPLY[@]}"
        """
      return try Launch.run(URL(fileURLWithPath: "/bin/bash"), ["-c", line]).lines
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(try completions(["ouroboros", "wat"]) == ["watch"])
    #expect(try completions(["ouroboros", "watch", "--on"]) == ["--once"])
    #expect(
      try completions(["ouroboros", "new", "--preset", "collapse-or-thrive/g"])
        == ["collapse-or-thrive/gaussian"])
  }

  /// A study made from a preset begins with the line for editors, and is sound.
  @Test func newStudiesTellEditorsTheirSchema() throws {
    let folder = try TemporaryFolder()
    let study = folder.file("study.yaml")
    let made = try Launch.ouroboros(["new", "--preset", "collapse-or-thrive/gaussian", "-o", study])
    #expect(made.status == 0, "\(made.summary)")
    let text = try String(contentsOfFile: study, encoding: .utf8)
    #expect(text.hasPrefix("# yaml-language-server: $schema=./study.schema.json\n# "))
    #expect(try Launch.ouroboros(["validate", study]).status == 0)
    let presets = try Launch.ouroboros(["list", "presets"])
    #expect(presets.output.contains("5,000 chains of 100 generations; seconds on two cores."))
  }
}
