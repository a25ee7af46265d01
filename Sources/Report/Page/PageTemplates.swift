import Mustache

/// The templates in `Templates/`, which are part of the program.
enum PageTemplates {
  static var style: String { text(PackageResources.report_css) }
  static var script: String { text(PackageResources.report_js) }

  /// The page as HTML.
  ///
  /// - Throws: `ReportError.template`.
  static func render(_ content: PageContent) throws(ReportError) -> String {
    MustacheContentTypes.register(HTMLEscaping(), named: HTMLEscaping.name)
    var library = MustacheLibrary()
    let parts: [(name: String, bytes: [UInt8])] = [
      ("page", PackageResources.page_mustache), ("head", PackageResources.head_mustache),
      ("section", PackageResources.section_mustache), ("table", PackageResources.table_mustache),
      ("figure", PackageResources.figure_mustache), ("strip", PackageResources.strip_mustache),
    ]
    for (name, bytes) in parts {
      do {
        try library.register(text(bytes), named: name)
      } catch {
        throw .template(name: name, message: "\(error)")
      }
    }
    guard let page = library.render(content, withTemplate: "page") else {
      throw .template(name: "page", message: "not found")
    }
    return page
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
