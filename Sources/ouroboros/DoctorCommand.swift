import ArgumentParser
import Foundation
import MPI
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "doctor", abstract: "x")
}
