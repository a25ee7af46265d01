import FlyingFox
import Foundation
import Study

/// Hands requests to a `ServedRun`.
struct RunHandler: HTTPHandler {
  let run: ServedRun

  /// Nothing is kept by browsers, named to other sites, framed by them or loaded from them.
  private static let headers: [HTTPHeader: String] = [
    HTTPHeader("Cache-Control"): "no-store",
    HTTPHeader("Referrer-Policy"): "no-referrer",
    HTTPHeader("X-Content-Type-Options"): "nosniff",
    HTTPHeader("X-Frame-Options"): "DENY",
    HTTPHeader("Content-Security-Policy"):
      "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
      + "img-src data: blob:; font-src data:",
  ]

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    let answer = run.answer(
      method: request.method.rawValue, host: request.headers[.host], path: request.path)
    var headers = HTTPHeaders(Self.headers)
    headers[.contentType] = answer.contentType
    return HTTPResponse(
      statusCode: HTTPStatusCode(answer.status, phrase: Self.phrases[answer.status] ?? ""),
      headers: headers, body: Data(answer.body))
  }

  private static let phrases = [
    200: "OK", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    500: "Internal Server Error",
  ]
}
