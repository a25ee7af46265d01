import Loops
import Options

extension ValueDecoder {
  /// A component: its name, or a mapping with `name` and its options.
  mutating func component(
    _ node: StudyNode, _ kind: ComponentKind, in catalogue: Catalogue
  ) -> ComponentChoice? {
    let nameNode: StudyNode
    var given: [StudyNode.Entry] = []
    switch node.content {
    case .map(let entries):
      guard let name = node["name"]?.value else {
        mistakes.add(node.position, "\(kind.noun): 'name' is missing")
        return nil
      }
      nameNode = name
      given = entries.filter { $0.key != "name" }
    case .scalar, .list: nameNode = node
    }
    guard let name = nameNode.text else {
      expected("the name of a \(kind.noun) or a mapping with 'name'", nameNode, subject: kind.noun)
      return nil
    }
    guard let component = catalogue.component(kind, named: name) else {
      unknown(
        kind.noun, name, of: "", at: nameNode.position, valid: catalogue.all(kind).map(\.name))
      return nil
    }
    return choice(component, given, kind, at: nameNode.position)
  }

  /// The component with its options resolved; `nil` where one does not fit.
  private mutating func choice(
    _ component: Component, _ given: [StudyNode.Entry], _ kind: ComponentKind,
    at position: SourcePosition
  ) -> ComponentChoice? {
    let subject = "\(kind.noun) '\(component.name)'"
    var complete = true
    for entry in given where !component.options.contains(where: { $0.name == entry.key }) {
      complete = false
      unknown(
        "option", entry.key, of: subject, at: entry.keyPosition,
        valid: component.options.map(\.name))
    }
    var values: [String: OptionValue] = [:]
    for spec in component.options {
      let node = given.first { $0.key == spec.name }?.value
      if node == nil, spec.defaultValue == nil {
        mistakes.add(
          position,
          "option '\(spec.name)' of \(subject) is missing: expected \(spec.kind.description)")
        complete = false
      } else if let value = value(spec, node, subject: "option '\(spec.name)' of \(subject)") {
        values[spec.name] = value
      } else {
        complete = false
      }
    }
    guard complete else { return nil }
    return ComponentChoice(name: component.name, options: OptionValues(resolved: values))
  }
}
