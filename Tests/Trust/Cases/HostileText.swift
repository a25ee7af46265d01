/// Texts that would do something if a page took them for more than text. What they would do is to change
/// the page's title, to write `owned` to the console, or to ask the network for something.
enum HostileText {
  static let all: [String] = [
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "\"></svg><script>console.log('owned')</script>",
    "'><img src=x onerror=\"document.title='owned'\">",
    "</title></style><script>document.title='owned'</script>",
    "<!--<script>document.title='owned'",
    "<svg onload=\"document.title='owned'\">",
    "\" onmouseover=\"document.title='owned'\" x=\"",
    "\"\u{301}><script>document.title='owned'</script>",
    "javascript:document.title='owned'",
    "<a href=\"javascript:document.title='owned'\">a</a>",
    "<img src=\"http://127.0.0.1:9/owned\">",
    "<link rel=stylesheet href=http://127.0.0.1:9/owned>",
    "<style>@import url(http://127.0.0.1:9/owned)</style>",
    "<iframe src=http://127.0.0.1:9/owned></iframe>",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.1:9/owned>",
    "<base href=http://127.0.0.1:9/>",
    "{{{notes}}}{{>page}}{{#notes}}",
    "']; document.title='owned'; //",
    "datum['x'];document.title='owned'",
    "a\u{2028}document.title='owned'",
    "&lt;script&gt;document.title='owned'&lt;/script&gt;",
    "]]><script>document.title='owned'</script>",
    "\\\"};document.title='owned';//",
  ]

  /// As HTML shows it. By code points: a quotation mark with a combining mark is one character.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      default: String(scalar)
      }
    }.joined()
  }

  /// As a JSON string without its quotation marks.
  static func inJSON(_ text: String) -> String {
    text.unicodeScalars.map { ["\\", "\""].contains($0) ? "\\" + String($0) : String($0) }.joined()
  }
}
