import MPI

// What to change, most harmful first. Each sentence says what is wrong, where, and the remedy.

extension DoctorReport {
  /// Nothing where all is well.
  func advice() -> [String] {
    failures() + hosts.flatMap { placement($0.host, $0.ranks) } + sameness() + storage() + network()
  }

  private func failures() -> [String] {
    failedChecks.map {
      "The check \($0.check) failed: do not trust results of this MPI library on these hosts; "
        + "see that every host has the same version of it."
    }
  }

  /// Ranks, cores and threads of one host.
  private func placement(_ host: String, _ members: [RankFacts]) -> [String] {
    guard let cores = members.compactMap(\.node).first?.cores else { return [] }
    var result: [String] = []
    let allowed = Set(members.flatMap(\.cores)).count
    let pinned = members.filter { $0.cores.count == 1 }
    let shared = Set(pinned.map { $0.cores[0] }).sorted().first { core in
      pinned.filter { $0.cores[0] == core }.count > 1
    }
    if let shared {
      let names = pinned.filter { $0.cores[0] == shared }.map { "\($0.rank)" }
      result.append(
        "Ranks \(names.joined(separator: ", ")) of \(host) share core \(shared): start with "
          + "`--bind-to core --map-by core` for as many ranks as cores, `--bind-to none` for more.")
    } else if allowed < min(members.count, cores) {
      result.append(
        "The \(members.count) ranks of \(host) may use \(allowed) of its \(cores) cores: "
          + "start with `--bind-to none`, or ask the scheduler for more cores.")
    }
    let threads = members.map(\.blasThreads).reduce(0, +)
    if threads > cores && threads > members.count {
      result.append(
        "\(members.count) rank(s) of \(host) with \(threads) BLAS threads in all have \(cores) "
          + "cores: set OPENBLAS_NUM_THREADS=1 (under mpirun `-x OPENBLAS_NUM_THREADS=1`).")
    }
    if members.count > cores, members.contains(where: { $0.yieldsWhenIdle == false }) {
      result.append(
        "\(host) has \(members.count) ranks on \(cores) cores and waiting ranks keep their core: "
          + "add `--mca mpi_yield_when_idle 1`.")
    }
    if let node = members.compactMap(\.node).first, !node.instructionSets.contains("avx2") {
      result.append(
        "The processor of \(host) has no AVX2 (or the virtual machine hides it): training takes "
          + "several times as long; choose another host or let the machine pass its CPU through.")
    }
    return result
  }

  /// What has to be equal on all ranks for results to be the same bits.
  private func sameness() -> [String] {
    var result: [String] = []
    let kernels = Set(ranks.map(\.blasKernel)).sorted()
    if kernels.count > 1 {
      result.append(
        "OpenBLAS uses different kernels on the hosts (\(kernels.joined(separator: ", "))): "
          + "results depend on the host; set OPENBLAS_CORETYPE to the oldest of them everywhere.")
    }
    let sets = Set(ranks.compactMap(\.node).map(\.instructionSets))
    if sets.count > 1 {
      result.append(
        "The hosts have different instruction sets: for results that are the same bits use hosts "
          + "of one kind.")
    }
    let libraries = Set(ranks.map(\.mpiLibrary)).sorted()
    if libraries.count > 1 {
      result.append(
        "The ranks run different MPI libraries (\(libraries.joined(separator: " / "))): "
          + "install one version.")
    }
    return result
  }

  private func storage() -> [String] {
    var result: [String] = []
    for file in ranks.compactMap(\.fileSystem) where file.failure != nil {
      result.append(
        "\(file.directory) cannot hold a run (\(file.failure ?? "")): choose another directory "
          + "with --directory and the run's --out.")
    }
    let files = ranks.compactMap(\.fileSystem).filter { $0.failure == nil }
    if let small = files.first(where: { $0.freeBytes < 1 << 30 }) {
      result.append("\(small.directory) has less than 1 GiB free: a run with images needs more.")
    }
    if let lost = files.first(where: \.isVolatile) {
      result.append(
        "\(lost.directory) is kept in memory (\(lost.kind)) and is gone after a restart: put "
          + "runs on a disk.")
    }
    if !hostsWithoutSharedDirectory.isEmpty {
      result.append(
        "The directory is not shared: \(hostsWithoutSharedDirectory.joined(separator: ", ")) "
          + "cannot see what rank 0 writes. Runs over several hosts need one shared directory.")
    }
    return result
  }

  private func network() -> [String] {
    let nodes = ranks.compactMap(\.node)
    guard nodes.count > 1, let bridge = nodes.flatMap(\.interfaces).first(where: \.isVirtualBridge)
    else { return [] }
    let real = nodes[0].interfaces.first { !$0.isVirtualBridge && !$0.addresses.isEmpty }
    return [
      "Some hosts have the bridge \(bridge.name), which leads to no other host: add "
        + "`--mca btl_tcp_if_include \(real?.name ?? "INTERFACE") "
        + "--mca oob_tcp_if_include \(real?.name ?? "INTERFACE")`."
    ]
  }
}
