import Loops
import Options
import Results

extension StudyPlan {
  /// What tells each cell from the others, e.g. `dataset.samples=10 loop.policy=replace`; the study's
  /// name where nothing varies.
  public var fullLabels: [String] { varying.map { label($0, name: \.path) } }

  /// The same with the last words of the paths alone, e.g. `samples=10 policy=replace`, where no two
  /// paths end alike.
  public var labels: [String] {
    let varying = tellingParameters
    let paths = Set(varying.joined().map(\.path))
    let isUnambiguous = Set(paths.map(Self.lastWord)).count == paths.count
    return isUnambiguous
      ? varying.map { label($0, name: { Self.lastWord($0.path) }) } : fullLabels
  }

  /// What varies between the cells, without what follows from the rest.
  private var tellingParameters: [[VaryingParameter]] {
    let paths = Set(varying.joined().map(\.path)).sorted()
    let cells = varying.map { parameters in
      Dictionary(parameters.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
    let telling = distinguishingColumns(
      cells.map { cell in paths.map { cell[$0]?.canonicalJSON } },
      areNumbers: paths.map { path in
        cells.allSatisfy { cell in
          switch cell[path] {
          case .integer?, .real?, nil: true
          default: false
          }
        }
      })
    let kept = Set(telling.map { paths[$0] })
    return varying.map { $0.filter { kept.contains($0.path) } }
  }

  private func label(
    _ varying: [VaryingParameter], name: (VaryingParameter) -> String
  ) -> String {
    varying.isEmpty
      ? study : varying.map { "\(name($0))=\($0.value.plain)" }.joined(separator: " ")
  }

  private static func lastWord(_ path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? path
  }
}
