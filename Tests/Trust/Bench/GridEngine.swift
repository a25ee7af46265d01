import Foundation
import ProgramSupport

/// Grid Engine on the first of the stand-in hosts, with spool, queue and ports of its own in the bench's
/// folder. The packages are unpacked and laid over /usr for the processes of that host alone: installing
/// them would start daemons on this machine. Needs root, and Debian's packages.
final class GridEngine {
  private let folder: String
  private let hosts: NamespaceHosts

  private static let packages = [
    "gridengine-common", "gridengine-client", "gridengine-master", "gridengine-exec", "libjemalloc2",
    "libmunge2", "libtirpc3",
  ]

  /// - Throws: `Unavailable` where the packages cannot be had or the daemons do not start.
  init(_ hosts: NamespaceHosts, on bench: Bench) throws {
    self.hosts = hosts
    folder = bench.freshPath("grid-engine")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let unpacked = try Launch.run(
      URL(fileURLWithPath: "/bin/bash"),
      ["-c", "apt-get download \"$@\" && for file in *.deb; do dpkg -x \"$file\" packages || exit; done", "unpack"]
        + Self.packages,
      folder: URL(fileURLWithPath: folder), timeoutSeconds: 120)
    guard unpacked.status == 0 else {
      throw Unavailable("Grid Engine's packages cannot be had: \(unpacked.errorOutput.suffix(200))")
    }
    try write("beside", Self.beside, isProgram: true)
    try write("bootstrap", Self.bootstrap)
    try write("edit", Self.edit, isProgram: true)
    try write("begin", Self.begin, isProgram: true)
    let begun = try ask(["bash", "\(folder)/begin"])
    guard begun.status == 0 else { throw Unavailable("Grid Engine does not start: \(begun.summary)") }
  }

  /// Submits a script.
  ///
  /// - Returns: the job's number.
  func submit(_ script: String) throws -> String {
    let result = try ask(["qsub", "-terse", script])
    guard result.status == 0, let number = result.lines.last else { throw Surprise("qsub", result) }
    return number
  }

  /// A job's state in the words of `qstat`, for example `r`, or `Rq` for one that was queued again;
  /// nil once it is gone.
  func state(_ number: String) throws -> String? {
    let lines = try ask(["qstat"]).lines.map { $0.split(separator: " ") }
    return lines.first { $0.first.map(String.init) == number && $0.count > 4 }.map { String($0[4]) }
  }

  func delete(_ number: String) throws { _ = try ask(["qdel", number]) }

  /// What a job has printed.
  func log(_ number: String) -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard let name = names.first(where: { $0.hasSuffix(".o\(number)") }) else { return "no log" }
    return String(((try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? "").suffix(1500))
  }

  private func ask(_ words: [String]) throws -> ProgramResult {
    let all = hosts.on(hosts.names[0], ["\(folder)/beside", folder] + words)
    return try Launch.run(
      URL(fileURLWithPath: all[0]), Array(all.dropFirst()),
      environment: ["OPENBLAS_NUM_THREADS": "1", "OMPI_MCA_mpi_yield_when_idle": "1"],
      folder: URL(fileURLWithPath: folder), timeoutSeconds: 60)
  }

  private func write(_ name: String, _ text: String, isProgram: Bool = false) throws {
    try (text + "\n").write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    if isProgram {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }
  }

  /// Runs a command among Grid Engine's programs.
  private static let beside = """
    #!/bin/bash
    export FOLDER="$1"; shift
    mount -t overlay overlay -o "lowerdir=$FOLDER/packages/usr:/usr" /usr || exit 70
    export SGE_ROOT="$FOLDER/root" SGE_CELL=default SGE_QMASTER_PORT=6444 SGE_EXECD_PORT=6445
    export PATH="/usr/lib/gridengine:$PATH" LD_LIBRARY_PATH=/usr/lib/gridengine
    exec "$@"
    """

  private static let bootstrap = """
    admin_user none
    default_domain none
    ignore_fqdn true
    spooling_method classic
    spooling_lib libspoolc
    binary_path /usr/lib/gridengine
    security_mode none
    listener_threads 2
    worker_threads 2
    scheduler_threads 1
    """

  /// What `qconf` calls as an editor.
  private static let edit = """
    #!/bin/sh
    sed -i -e 's/^hostlist.*/hostlist h1/' -e 's/^slots .*/slots 4/' -e 's/^pe_list.*/pe_list mpi/' \\
      -e 's/^notify.*/notify 00:00:10/' -e 's/^control_slaves.*/control_slaves TRUE/' \\
      -e 's/^allocation_rule.*/allocation_rule $round_robin/' \\
      -e 's/^schedule_interval.*/schedule_interval 0:0:2/' \\
      -e 's/^load_thresholds.*/load_thresholds NONE/' \\
      -e 's/^job_load_adjustments.*/job_load_adjustments NONE/' "$1"
    """

  /// One host, one queue, one parallel environment.
  private static let begin = """
    set -e
    common="$SGE_ROOT/default/common" spool="$SGE_ROOT/spool/master" data=/usr/share/gridengine
    mkdir -p "$common" "$spool/job_scripts" "$SGE_ROOT/spool/execd"
    ln -s "$data/util" "$SGE_ROOT/util"
    { cat "$FOLDER/bootstrap"; echo "spooling_params $common;$spool"; echo "qmaster_spool_dir $spool"; } >"$common/bootstrap"
    hostname >"$common/act_qmaster"
    sed -e "s#^execd_spool_dir.*#execd_spool_dir $SGE_ROOT/spool/execd#" -e 's/^min_uid.*/min_uid 0/' \\
      -e 's/^min_gid.*/min_gid 0/' -e 's/^load_report_time.*/load_report_time 00:00:05/' \\
      "$data/default-configuration" >"$FOLDER/configuration"
    spoolinit classic libspoolc "$common;$spool" init
    spooldefaults configuration "$FOLDER/configuration"
    spooldefaults complexes "$data/util/resources/centry"
    spooldefaults usersets "$data/util/resources/usersets"
    spooldefaults managers root
    spooldefaults adminhosts h1
    sge_qmaster
    for turn in {1..100}; do if qconf -as h1; then break; fi; sleep 0.2; done
    sge_execd
    export EDITOR="$FOLDER/edit"
    qconf -ap mpi
    qconf -aq all.q
    qconf -ssconf >"$FOLDER/scheduler"
    "$EDITOR" "$FOLDER/scheduler"
    qconf -Msconf "$FOLDER/scheduler"
    """
}
