import Loops
import Options

extension StudyPlan {
  /// What tells each cell from the others, e.g. `dataset.samples=10 loop.policy=replace`; the study's
  /// name where nothing varies.
  public var fullLabels: [String] { varying.map { label($0, name: \.path) } }

  /// The same with the last words of the paths alone, e.g. `samples=10 policy=replace`, where no two
  /// paths end alike.
  public var labels: [String] {
    let paths = Set(varying.joined().map(\.path))
    let isUnambiguous = Set(paths.map(Self.lastWord)).count == paths.count
    return isUnambiguous
      ? varying.map { label($0, name: { Self.lastWord($0.path) }) } : fullLabels
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
