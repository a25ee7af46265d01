import Glibc

/// Makes the connections to the launcher send at once.
///
/// Open MPI's ranks talk to their daemon (PMIx 4) over TCP in several small writes and wait for the answer
/// to the last. Nagle's algorithm holds the second of them until the first is acknowledged, which the other
/// side delays by 40 ms: a tenth of the time a short study takes, spent in MPI_Finalize.
func sendAtOnceToTheLauncher() {
  for descriptor in Int32(3)..<256
  where option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
    && [AF_INET, AF_INET6].contains(option(SO_DOMAIN, of: descriptor))
  {
    var yes: Int32 = 1
    // Where it cannot be had the end of the job takes longer, and that is all.
    _ = setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }
}

/// A whole number among a socket's options; nil where the descriptor is no socket.
private func option(_ name: Int32, of descriptor: Int32) -> Int32? {
  var value: Int32 = 0
  var size = socklen_t(MemoryLayout<Int32>.size)
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
}
