import ArgumentParser
import Options
import Study

/// `ouroboros list KIND`: what a study file may name, with every option.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List what a study file may name, with every option.")

  /// What can be listed.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case models, datasets, policies, metrics, correctors, presets
  }

  @Argument(help: "models, datasets, policies, metrics, correctors or presets.")
  var kind: Kind

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    if let component = ComponentKind.allCases.first(where: { $0.plural == kind.rawValue }) {
      print(json ? Listing.json(component) : Listing.text(component), terminator: "")
    } else {
      print(json ? Listing.presetJSON : Listing.presetText, terminator: "")
    }
  }
}
