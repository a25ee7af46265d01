import ArgumentParser

/// The command line.
@main
struct Ouroboros: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ouroboros",
    abstract: "Trains generative models on their own output, generation after generation.",
    subcommands: [
      PlanCommand.self, ValidateCommand.self, SchemaCommand.self, NewCommand.self, ListCommand.self,
    ])
}
