import Loops
import Options

/// A parameter that is not the same in all cells.
public struct VaryingParameter: Sendable, Hashable {
  /// The dotted path, as in `matrix`; a component's name stands under the path of the component.
  public let path: String
  public let value: OptionValue

  public init(path: String, value: OptionValue) {
    self.path = path
    self.value = value
  }
}

/// For each cell the parameters with at least two values among the cells that have them, sorted by
/// path. Options that come and go with a component but never differ are left out: its name says it.
///
/// - Complexity: O(cells × parameters).
func varyingParameters(of cells: [CellSpec]) -> [[VaryingParameter]] {
  let flat = cells.map { $0.parameters }
  var first: [String: OptionValue] = [:]
  var varying: Set<String> = []
  for parameter in flat.joined() {
    if let known = first[parameter.path] {
      if known != parameter.value { varying.insert(parameter.path) }
    } else {
      first[parameter.path] = parameter.value
    }
  }
  return flat.map { $0.filter { varying.contains($0.path) } }
}

extension CellSpec {
  /// Every parameter of the cell under its dotted path, sorted by path.
  public var parameters: [VaryingParameter] {
    var result: [VaryingParameter] = []
    flatten(canonical, "", into: &result)
    return result.sorted { $0.path < $1.path }
  }

  private func flatten(
    _ value: OptionValue, _ prefix: String, into result: inout [VaryingParameter]
  ) {
    guard case .map(let entries) = value else {
      result.append(VaryingParameter(path: prefix, value: value))
      return
    }
    for (key, child) in entries {
      let path = key == "name" ? prefix : (prefix.isEmpty ? key : prefix + "." + key)
      flatten(child, path, into: &result)
    }
  }
}
