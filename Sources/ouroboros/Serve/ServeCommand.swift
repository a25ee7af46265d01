import ArgumentParser
import Dispatch
import FlyingFox
import FlyingSocks
import Foundation
import Results
import Study
import Synchronization

/// `ouroboros serve RUN`
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Show the report and the status of a run in a browser.",
    discussion: """
      Prints an address with a secret in it and serves report.html and status.json of the run there \
      until it is interrupted. Listens on this machine alone; --host opens it to others, who then need \
      the printed address, and read over an unencrypted connection. This is the only command that \
      listens to the network. From another machine, ssh -L is the safer way.
      """)

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"), completion: .directory)
  var path: String

  @ArgumentParser.Option(help: "The port; 0 for any free one.")
  var port: UInt16 = 0

  @ArgumentParser.Option(
    help: ArgumentHelp(
      "An address of this machine to listen on instead, e.g. 0.0.0.0 for all.",
      valueName: "address"))
  var host: String?

  func validate() throws {
    if let host, !ServedRun.isAddress(host) {
      throw ValidationError("--host: expected an IPv4 or IPv6 address, found '\(host)'")
    }
  }

  func run() throws {
    let host = host ?? "127.0.0.1"
    let (directory, token) = try reportingMistakes {
      (try RunDirectory(existing: path), try ServedRun.newToken())
    }
    let run = ServedRun(directory, token: token, host: host)
    let (port, end) = (port, Ending())
    // The main thread waits: the other commands have no use for an asynchronous start.
    let done = DispatchSemaphore(value: 0)
    Task {
      do {
        try await Self.serve(run, host: host, port: port, token: token)
      } catch {
        end.set("\(host):\(port): cannot be served: \(error)")
      }
      done.signal()
    }
    done.wait()
    throw failure(end.message ?? "the server has ended", 74)
  }

  private static func serve(
    _ run: ServedRun, host: String, port: UInt16, token: String
  ) async throws {
    let server = HTTPServer(config: try configuration(host, port), handler: RunHandler(run: run))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      group.addTask {
        try await server.waitUntilListening()
        var shown = port
        switch await server.listeningAddress {
        case .ip4(_, let port)?, .ip6(_, let port)?: shown = port
        default: break
        }
        let name = host.contains(":") ? "[\(host)]" : host
        FileHandle.standardOutput.write(Data("http://\(name):\(shown)/\(token)/\n".utf8))
      }
      // The first error of either ends both.
      try await group.waitForAll()
    }
  }

  private static func configuration(
    _ host: String, _ port: UInt16
  ) throws -> HTTPServer.Configuration {
    host.contains(":")
      ? HTTPServer.Configuration(
        address: try sockaddr_in6.inet6(ip6: host, port: port), logger: .disabled)
      : HTTPServer.Configuration(
        address: try sockaddr_in.inet(ip4: host, port: port), logger: .disabled)
  }
}

/// Why the server has ended; set by its task, read by the thread that waits for it.
private final class Ending: Sendable {
  private let text = Mutex<String?>(nil)

  var message: String? { text.withLock { $0 } }

  func set(_ message: String) { text.withLock { $0 = message } }
}
