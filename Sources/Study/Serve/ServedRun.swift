import Foundation
import Glibc
import Results

/// What `serve` answers: the report and the status of one run, to those who know its token. Knows
/// nothing of sockets.
public struct ServedRun: Sendable {
  /// An answer to a request.
  public struct Answer: Sendable {
    /// The HTTP status: 200, 403, 404, 405 or 500.
    public var status: Int
    public var contentType: String
    public var body: [UInt8]
  }

  private let directory: RunDirectory
  private let token: [UInt8]
  private let hosts: Set<String>
  private let takesAddresses: Bool

  /// The names under which this machine reaches itself alone.
  public static let loopbackHosts: Set<String> = ["127.0.0.1", "localhost", "::1"]

  /// - Parameters:
  ///   - token: what the path begins with; see `newToken`.
  ///   - host: the address that is listened on. Requests name it, or this machine, in their `Host`
  ///     header; for an address that stands for all of a machine's they may name any address.
  public init(_ directory: RunDirectory, token: String, host: String) {
    self.directory = directory
    self.token = Array(token.utf8)
    takesAddresses = host == "0.0.0.0" || host == "::"
    hosts = Self.loopbackHosts.union(
      takesAddresses ? [ProcessInfo.processInfo.hostName.lowercased()] : [host.lowercased()])
  }

  /// 128 bits from the kernel, in hexadecimal: a secret, so no key of a study may tell it.
  ///
  /// - Throws: `ResultsError.io`.
  public static func newToken() throws(ResultsError) -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    guard getentropy(&bytes, bytes.count) == 0 else {
      throw .io(operation: "read", path: "getentropy", code: errno)
    }
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// - Parameters:
  ///   - host: the request's `Host` header, with or without a port.
  ///   - path: the request's path without its query.
  public func answer(method: String, host: String?, path: String) -> Answer {
    // A page of another site whose name was pointed at this machine names that site.
    guard let host, isOurs(host) else {
      return text(403, "this address is not served here")
    }
    let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: true)
    guard let first = parts.first, Self.isSame(Array(first.utf8), token) else {
      return text(404, "nothing here: open the address that `ouroboros serve` has printed")
    }
    guard method == "GET" else { return text(405, "only GET") }
    switch parts.count > 1 ? parts[1] : "" {
    case "", "report.html":
      return file(
        "report.html", "text/html; charset=utf-8",
        missing: "no report.html in this run yet: `ouroboros report \(directory.path)` makes it")
    case "status.json":
      return file(
        "status.json", "application/json", missing: "no status.json in this run yet")
    default: return text(404, "nothing here: there are report.html and status.json")
    }
  }

  private func file(_ name: String, _ type: String, missing: String) -> Answer {
    do {
      guard let bytes = try directory.contentsIfPresent(of: name) else { return text(404, missing) }
      return Answer(status: 200, contentType: type, body: bytes)
    } catch {
      return text(500, "\(error)")
    }
  }

  private func text(_ status: Int, _ message: String) -> Answer {
    Answer(
      status: status, contentType: "text/plain; charset=utf-8", body: Array((message + "\n").utf8))
  }

  /// Whether a `Host` header names this server.
  private func isOurs(_ header: String) -> Bool {
    let name = Self.withoutPort(header).lowercased()
    return hosts.contains(name) || (takesAddresses && Self.isAddress(name))
  }

  /// `[::1]:80` → `::1`, `localhost:80` → `localhost`.
  private static func withoutPort(_ header: String) -> String {
    if header.hasPrefix("["), let end = header.firstIndex(of: "]") {
      return String(header[header.index(after: header.startIndex)..<end])
    }
    return header.split(separator: ":", maxSplits: 1).first.map(String.init) ?? ""
  }

  /// Whether a text is an IPv4 or IPv6 address.
  public static func isAddress(_ text: String) -> Bool {
    var four = in_addr()
    var six = in6_addr()
    return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
  }

  /// Compares in a time that does not tell where the first difference is.
  static func isSame(_ given: [UInt8], _ secret: [UInt8]) -> Bool {
    var difference = UInt8(given.count == secret.count ? 0 : 1)
    for index in secret.indices {
      difference |= secret[index] ^ (index < given.count ? given[index] : 0)
    }
    return difference == 0
  }
}
