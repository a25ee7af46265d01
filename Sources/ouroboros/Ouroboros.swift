import ArgumentParser

/// The command line.
@main
struct Ouroboros: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ouroboros",
    abstract: "Iterated training of generative models on their own output.",
    subcommands: [
      RunCommand.self, PlanCommand.self, StatusCommand.self, WatchCommand.self, ServeCommand.self,
      ReportCommand.self, DiffCommand.self, VerifyCommand.self, AuditCommand.self, ExportCommand.self,
      SampleCommand.self, BenchCommand.self, ValidateCommand.self, SchemaCommand.self, NewCommand.self,
      ScriptCommand.self,
      ListCommand.self, DoctorCommand.self, RankCheckCommand.self,
    ])
}
