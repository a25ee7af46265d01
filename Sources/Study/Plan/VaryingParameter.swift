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
/// path. An option of a component is compared among the cells with that component: options that come
/// and go with it, but never differ there, are left out. Its name says it.
///
/// - Complexity: O(cells × parameters).
func varyingParameters(of cells: [CellSpec]) -> [[VaryingParameter]] {
  let flat = cells.map { cell in
    let parameters = cell.parameters
    let values = Dictionary(parameters.map { ($0.path, $0.value) }) { first, _ in first }
    return parameters.map { parameter in
      let parent = parameter.path.split(separator: ".").dropLast().joined(separator: ".")
      return (parameter, ComparedParameter(path: parameter.path, component: values[parent]))
    }
  }
  var first: [ComparedParameter: OptionValue] = [:]
  var varying: Set<ComparedParameter> = []
  for (parameter, key) in flat.joined() {
    if let known = first[key] {
      if known != parameter.value { varying.insert(key) }
    } else {
      first[key] = parameter.value
    }
  }
  return flat.map { $0.filter { varying.contains($0.1) }.map(\.0) }
}

/// A path, and the name of the component whose option it is.
private struct ComparedParameter: Hashable {
  let path: String
  let component: OptionValue?
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
