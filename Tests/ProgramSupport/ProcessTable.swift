import Foundation

/// The processes of this machine, read from /proc.
public enum ProcessTable {
  public struct Entry {
    public let identifier: Int32
    public let parent: Int32
    public let state: Character
    /// The words it was started with.
    public let arguments: [String]

    /// The name of its program, without folder.
    public var program: String { arguments.first?.split(separator: "/").last.map(String.init) ?? "" }
  }

  /// All processes but zombies, in ascending order.
  public static func all() -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(Int32.init).sorted().compactMap(entry)
  }

  /// The processes that one has started, directly or through others.
  public static func descendants(of ancestor: Int32) -> [Entry] {
    let all = all()
    var family: Set<Int32> = [ancestor]
    // Parents may have higher numbers than children once numbers wrap around.
    while true {
      let before = family.count
      for entry in all where family.contains(entry.parent) { family.insert(entry.identifier) }
      if family.count == before { break }
    }
    return all.filter { family.contains($0.identifier) && $0.identifier != ancestor }
  }

  /// The ranks that a start script has started, in ascending order.
  public static func ranks(of script: Int32) -> [Int32] {
    descendants(of: script).filter { $0.program == "ouroboros" }.map(\.identifier)
  }

  /// `mpirun` and the ranks that a start script has started.
  public static func job(of script: Int32) -> [Int32] {
    descendants(of: script).filter { ["mpirun", "ouroboros"].contains($0.program) }.map(\.identifier)
  }

  private static func entry(_ identifier: Int32) -> Entry? {
    guard let text = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    // After the name in brackets: state, parent.
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 1, let parent = Int32(fields[1]), let state = fields[0].first, state != "Z"
    else { return nil }
    let line = FileManager.default.contents(atPath: "/proc/\(identifier)/cmdline") ?? Data()
    let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return Entry(identifier: identifier, parent: parent, state: state, arguments: arguments)
  }
}

extension ProcessTable {
  /// Whether a process has asked for a signal to be handed to it.
  public static func catches(_ signal: Int32, _ identifier: Int32) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
      let mask = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16)
    else { return false }
    return mask & (1 << UInt64(signal - 1)) != 0
  }

  /// The most resident memory that a process has had; 0 for one that is gone.
  public static func peakBytes(_ identifier: Int32) -> Double {
    guard let text = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "")
    else { return 0 }
    return kibibytes * 1024
  }
}
