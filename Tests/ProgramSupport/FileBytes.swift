import Foundation

/// The bytes of the files under a folder; 0 where there is none.
public func fileBytes(under folder: String) -> Int {
  let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
  return names.reduce(0) { sum, name in
    var facts = stat()
    guard stat("\(folder)/\(name)", &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return sum }
    return sum + Int(facts.st_size)
  }
}
