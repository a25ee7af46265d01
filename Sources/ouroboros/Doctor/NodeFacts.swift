import Foundation

/// What a node is made of, as its kernel tells it.
struct NodeFacts: Codable, Equatable {
  let host: String
  /// Cores that are online, hardware threads counted each.
  let cores: Int
  let memoryBytes: Int64
  let cpuModel: String
  /// Those of `instructionSets` that the processor has.
  let instructionSets: [String]
  /// Network interfaces that are up, without the loopback, each with its addresses.
  let interfaces: [NetworkInterface]

  /// The instruction sets that decide which kernels run.
  static let instructionSets = ["avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16"]

  static func ofThisNode() -> NodeFacts {
    let processor = processorDescription()
    return NodeFacts(
      host: ProcessInfo.processInfo.hostName,
      cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
      memoryBytes: Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE))),
      cpuModel: processor["model name"] ?? "unknown processor",
      instructionSets: instructionSets.filter { wanted in
        (processor["flags"] ?? "").split(separator: " ").contains { $0 == wanted }
      },
      interfaces: NetworkInterface.all())
  }

  /// The fields of the first processor in /proc/cpuinfo.
  private static func processorDescription() -> [String: String] {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return [:]
    }
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty { break }
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[parts[0].trimmingCharacters(in: .whitespaces)] =
        parts[1].trimmingCharacters(in: .whitespaces)
    }
    return fields
  }
}

/// A network interface that is up.
struct NetworkInterface: Codable, Equatable {
  let name: String
  let addresses: [String]

  /// Bridges of containers and virtual machines: they lead to no other node.
  var isVirtualBridge: Bool {
    ["docker", "virbr", "br-", "lxc", "cni", "podman"].contains { name.hasPrefix($0) }
  }

  /// Every interface that is up but the loopback, in the kernel's order.
  static func all() -> [NetworkInterface] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var found: [NetworkInterface] = []
    var next = first
    while let entry = next {
      next = entry.pointee.ifa_next
      let flags = Int32(bitPattern: entry.pointee.ifa_flags)
      guard flags & Int32(IFF_UP) != 0, flags & Int32(IFF_LOOPBACK) == 0
      else { continue }
      let name = String(cString: entry.pointee.ifa_name)
      let addresses = numericAddress(entry.pointee.ifa_addr).map { [$0] } ?? []
      if let index = found.firstIndex(where: { $0.name == name }) {
        found[index] = NetworkInterface(
          name: name, addresses: found[index].addresses + addresses)
      } else {
        found.append(NetworkInterface(name: name, addresses: addresses))
      }
    }
    return found
  }

  /// The address in figures, nil for families other than IP.
  private static func numericAddress(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
    guard let address else { return nil }
    let length: Int
    switch Int32(address.pointee.sa_family) {
    case AF_INET: length = MemoryLayout<sockaddr_in>.size
    case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = getnameinfo(
      address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    guard code == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
