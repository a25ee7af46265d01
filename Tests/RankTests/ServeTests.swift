import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `ouroboros serve`, over real connections.
@Suite(.serialized)
struct ServeTests {
  private func withServer(
    _ more: [String] = [], _ body: (_ run: String, _ port: UInt16, _ token: String) throws -> Void
  ) throws {
    let folder = try TemporaryFolder()
    let run = folder.file("run")
    try runStudy(
      studyPath("everything-regression"), to: run, ranks: 0,
      ["--set", "generations=2", "--set", "seeds=[1]"])
    let server = try RunningProgram(Launch.ouroboros, ["serve", run] + more)
    let isUp = server.wait(timeoutSeconds: 20) { server.output.hasSuffix("/\n") }
    try #require(isUp, "\(server.output) \(server.errorOutput)")
    defer {
      server.send(signal: SIGTERM)
      _ = server.wait(timeoutSeconds: 10)
    }
    let url = try #require(
      server.output.wholeMatch(of: /http:\/\/127\.0\.0\.1:([0-9]+)\/([0-9a-f]{32})\/\n/))
    try body(run, try #require(UInt16(url.1)), String(url.2))
  }

  @Test func reportAndStatusAreServed() throws {
    try withServer { run, port, token in
      let host = "127.0.0.1:\(port)"
      let absent = try ask(port, "GET /\(token)/ HTTP/1.1", host)
      #expect(absent.hasPrefix("HTTP/1.1 404 ") && absent.contains("no report.html in this run yet"))
      let page = "<html>\(String(repeating: "curve ", count: 100_000))</html>"
      try Data(page.utf8).write(to: URL(fileURLWithPath: "\(run)/report.html"))
      let report = try ask(port, "GET /\(token)/ HTTP/1.1", host)
      #expect(report.hasPrefix("HTTP/1.1 200 ") && report.hasSuffix(page))
      for header in ["Cache-Control: no-store", "Referrer-Policy: no-referrer", "X-Frame-Options: DENY"] {
        #expect(report.contains(header + "\r\n"), "\(header)")
      }
      let status = try ask(port, "GET /\(token)/status.json?x=1 HTTP/1.1", host)
      #expect(status.hasPrefix("HTTP/1.1 200 ") && status.contains("\"finished\""))
      #expect(try ask(port, "GET / HTTP/1.1", host).hasPrefix("HTTP/1.1 404 "))
      #expect(try ask(port, "GET /\(token)/plan.json HTTP/1.1", host).hasPrefix("HTTP/1.1 404 "))
      #expect(
        try ask(port, "GET /\(token)/../../etc/passwd HTTP/1.1", host).hasPrefix("HTTP/1.1 404 "))
      #expect(try ask(port, "GET /\(token)/ HTTP/1.1", "evil.example").hasPrefix("HTTP/1.1 403 "))
      #expect(try ask(port, "POST /\(token)/ HTTP/1.1", host).hasPrefix("HTTP/1.1 405 "))
    }
  }

  /// Without --host no other address of the machine answers.
  @Test func onlyThisMachineIsListenedTo() throws {
    try withServer { _, port, _ in
      // 127.0.0.2 is an address of every Linux machine that a socket bound to all would answer on.
      #expect(connect("127.0.0.2", port) == nil)
      let socket = try #require(connect("127.0.0.1", port))
      close(socket)
    }
  }

  @Test func mistakesAreSaid() throws {
    let folder = try TemporaryFolder()
    #expect(try Launch.ouroboros(["serve", folder.file("none")]).status == 66)
    let named = try Launch.ouroboros(["serve", folder.path, "--host", "example.org"])
    #expect(named.status == 64 && named.errorOutput.contains("expected an IPv4 or IPv6 address"))
    try withServer { run, port, _ in
      let taken = try Launch.ouroboros(["serve", run, "--port", "\(port)"], timeoutSeconds: 20)
      #expect(taken.status == 74 && !taken.timedOut, "\(taken.summary)")
    }
  }

  /// The whole answer to a request.
  private func ask(_ port: UInt16, _ line: String, _ host: String) throws -> String {
    let socket = try #require(connect("127.0.0.1", port))
    defer { close(socket) }
    let request = Array("\(line)\r\nHost: \(host)\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".utf8)
    try #require(write(socket, request, request.count) == request.count)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(socket, &buffer, buffer.count), count > 0 {
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A connection; nil where nobody listens.
  private func connect(_ address: String, _ port: UInt16) -> Int32? {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    var wait = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    let result = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if result == 0 { return socket }
    close(socket)
    return nil
  }
}
