import Foundation
import Results
import Study
import Testing

/// What `serve` answers, and to whom.
@Suite struct ServedRunTests {
  private let token = "0123456789abcdef0123456789abcdef"

  private func served(_ run: FollowedRun, host: String = "127.0.0.1") -> ServedRun {
    ServedRun(run.directory, token: token, host: host)
  }

  @Test func reportAndStatusAreServedToWhoKnowsTheToken() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      let served = served(run)
      func answer(_ path: String, host: String? = "127.0.0.1:8080", _ method: String = "GET") -> ServedRun.Answer {
        served.answer(method: method, host: host, path: path)
      }
      let absent = answer("/\(token)/")
      #expect(absent.status == 404 && absent.contentType == "text/plain; charset=utf-8")
      #expect(String(decoding: absent.body, as: UTF8.self).contains("ouroboros report"))
      #expect(answer("/\(token)/status.json").status == 404)

      try run.directory.publish(Array("<p>é</p>".utf8), as: "report.html")
      try run.publish(committed: 0)
      for path in ["/\(token)", "/\(token)/", "/\(token)/report.html"] {
        let page = answer(path)
        #expect(page.status == 200 && page.contentType == "text/html; charset=utf-8")
        #expect(page.body == Array("<p>é</p>".utf8))
      }
      let status = answer("/\(token)/status.json")
      #expect(status.status == 200 && status.contentType == "application/json")
      #expect(status.body == (try run.directory.contents(of: "status.json")))

      for path in [
        "/", "/report.html", "/\(token.dropLast())/", "/\(token)0/", "/\(token.uppercased())/",
        "/x/\(token)/", "/\(String(repeating: "0", count: 32))/status.json",
      ] {
        #expect(answer(path).status == 404, "\(path)")
        #expect(!String(decoding: answer(path).body, as: UTF8.self).contains("<p>"))
      }
      for path in ["plan.json", "../plan.json", "manifest.json", "results.sqlite", "report.html/x"] {
        #expect(answer("/\(token)/\(path)").status == 404, "\(path)")
      }
      #expect(answer("/\(token)/", "POST").status == 405)
    }
  }

  /// A page of another site cannot have its visitor's browser ask here under that site's name.
  @Test func otherNamesAreRefused() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      try run.publish(committed: 0)
      func status(_ host: String?, listening address: String) -> Int {
        served(run, host: address).answer(
          method: "GET", host: host, path: "/\(token)/status.json"
        ).status
      }
      for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:80", "[::1]:80"] {
        #expect(status(host, listening: "127.0.0.1") == 200, "\(host)")
      }
      for host in [
        nil, "", "evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.0.2.7", "[::2]:80",
        "localhost.evil.example", ":80",
      ] {
        #expect(status(host, listening: "127.0.0.1") == 403, "\(host ?? "none")")
      }
      #expect(status("192.0.2.7:80", listening: "192.0.2.7") == 200)
      #expect(status("192.0.2.8:80", listening: "192.0.2.7") == 403)
      #expect(status("192.0.2.8:80", listening: "0.0.0.0") == 200)
      #expect(status("evil.example", listening: "0.0.0.0") == 403)
    }
  }

  @Test func tokensAreLongAndDiffer() throws {
    let tokens = try (0..<100).map { _ in try ServedRun.newToken() }
    #expect(Set(tokens).count == 100)
    #expect(tokens.allSatisfy { $0.count == 32 && $0.allSatisfy(\.isHexDigit) })
  }

  /// A link in the run leads nowhere.
  @Test func linksAreNotFollowed() throws {
    try withTemporaryFolder { folder in
      let run = try FollowedRun(folder)
      try FileManager.default.createSymbolicLink(
        atPath: run.directory.file("report.html"), withDestinationPath: "/etc/hostname")
      #expect(served(run).answer(method: "GET", host: "localhost", path: "/\(token)/").status == 500)
    }
  }
}
