import Foundation

/// The sockets that wait for connections or packets from the network, read from /proc.
enum Sockets {
  /// One of a process.
  struct Listening: Equatable {
    let identifier: Int32
    /// The local address as the kernel writes it, hexadecimal, e.g. `0100007F:1F90`.
    let address: String

    /// Whether nothing but this machine can reach it: 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
      let host = address.split(separator: ":").first ?? ""
      return host.count == 8 ? host.hasSuffix("7F") : host == "00000000000000000000000001000000"
    }
  }

  /// TCP sockets that listen and UDP sockets with a port of their own.
  static func listening(of processes: [Int32]) -> [Listening] {
    let waiting = addresses()
    return processes.flatMap { process -> [Listening] in
      let folder = "/proc/\(process)/fd"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.compactMap { name in
        guard
          let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"),
          target.hasPrefix("socket:["), let address = waiting[String(target.dropFirst(8).dropLast())]
        else { return nil }
        return Listening(identifier: process, address: address)
      }
    }
  }

  /// Inode → local address.
  private static func addresses() -> [String: String] {
    var found: [String: String] = [:]
    // State 0A is LISTEN; UDP has no connections, 07 is a socket that is bound.
    for (table, state) in [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")] {
      let text = (try? String(contentsOfFile: "/proc/net/\(table)", encoding: .utf8)) ?? ""
      for line in text.split(separator: "\n").dropFirst() {
        // Number, local address, remote address, state, queues, timer, retransmits, user, timeout, inode.
        let fields = line.split(separator: " ")
        if fields.count > 9, fields[3] == state { found[String(fields[9])] = String(fields[1]) }
      }
    }
    return found
  }
}
