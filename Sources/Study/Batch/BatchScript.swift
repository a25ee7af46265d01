import Foundation

/// A job of a batch system that runs a study, saves before its time is up and goes on in another job, again
/// and again until the study is done.
public struct BatchScript: Sendable {
  public let scheduler: Scheduler
  /// The job's name, made of the study's.
  public let name: String
  public let nodes: Int
  public let ranksPerNode: Int
  public let limitSeconds: Int
  /// How long before the limit the run is told to save.
  public let saveBeforeSeconds: Int
  public let account: String?
  public let queue: String?
  /// The parallel environment of Grid Engine, which each site names as it likes.
  public let parallelEnvironment: String
  private let words: Words

  /// Paths and overrides as words of a shell.
  private struct Words {
    var launch: String
    var program: String
    var study: String
    var run: String
    var script: String?
    var overrides: [String]
  }

  /// - Parameters:
  ///   - study: the study's name, from the study file.
  ///   - launch: the repository's folder `launch`.
  ///   - program: the command `ouroboros`.
  ///   - script: the file that the script is written to; nil where it is printed.
  /// - Throws: `BatchError` for names and paths that a script cannot hold.
  public init(
    _ scheduler: Scheduler, study: String, file: String, run: String, overrides: [String] = [],
    launch: String, program: String, script: String?, nodes: Int, ranksPerNode: Int, hours: Double,
    saveBeforeSeconds: Int, account: String? = nil, queue: String? = nil,
    parallelEnvironment: String = "mpi"
  ) throws(BatchError) {
    try Self.require(nodes, "--nodes", 1...100_000)
    try Self.require(ranksPerNode, "--ranks-per-node", 1...10_000)
    guard hours > 0, hours <= 10_000 else { throw .number(option: "--hours", expected: "a number above 0, at most 10000") }
    limitSeconds = max(Int((hours * 3600).rounded(.up)), 60)
    try Self.require(saveBeforeSeconds, "--save-before", 1...max(limitSeconds - 1, 1))
    for (option, value) in [("--account", account), ("--queue", queue), ("--parallel-environment", parallelEnvironment)] {
      if let value, !Self.isName(value) { throw .name(option: option, value: value) }
    }
    if scheduler == .pbs, script == nil { throw .needsFile(scheduler) }
    // Grid Engine wants a letter first.
    let named = study.first?.isLetter == true ? study : "study-\(study)"
    guard Self.isName(named) else { throw .name(option: "study", value: study) }
    self.scheduler = scheduler
    name = named
    self.nodes = nodes
    self.ranksPerNode = ranksPerNode
    self.saveBeforeSeconds = saveBeforeSeconds
    self.account = account
    self.queue = queue
    self.parallelEnvironment = parallelEnvironment
    var quoted: [String] = []
    for override in overrides { quoted.append(try shellWord(override, of: "--set")) }
    var own: String?
    if let script { own = try shellWord(script, of: "--output") }
    words = Words(
      launch: try shellWord(launch, of: "--launch"), program: try shellWord(program, of: "the program's path"),
      study: try shellWord(file, of: "the study's path"), run: try shellWord(run, of: "--out"),
      script: own, overrides: quoted)
  }

  /// The script.
  public var text: String {
    let command = ([words.study, "--out", words.run] + words.overrides.map { "--set \($0)" }).joined(separator: " ")
    return """
      #!/usr/bin/env bash
      # Written by `ouroboros script --scheduler \(scheduler.rawValue)`. Saves \(saveBeforeSeconds) s before the time
      # limit and goes on in the next job until the study is done.
      \(scheduler.directives(self).joined(separator: "\n"))
      set -euo pipefail
      launch=\(words.launch)
      export OUROBOROS=\(words.program)
      arguments=(\(command))

      # shellcheck source=/dev/null
      source "$launch/common.bash"
      allow_root
      one_thread_a_rank

      \(start)

      """
  }

  private var start: String {
    switch scheduler {
    case .slurm:
      return """
        status=0
        run_stoppable mpirun --tune "$launch/parameters/cluster.conf" -x OPENBLAS_NUM_THREADS -x OMP_NUM_THREADS \\
          "$OUROBOROS" run "${arguments[@]}" || status=$?

        # 75: saved, not finished. TERM comes from scancel and from preemption, which requeues by itself.
        if [ "$status" -eq 75 ] && [ "$stop_signal" != TERM ]; then
          scontrol requeue "$SLURM_JOB_ID"
          exit 0
        fi
        exit "$status"
        """
    case .sge, .pbs, .lsf:
      return """
        hosts="$(mktemp)"
        trap 'rm -f "$hosts"' EXIT
        scheduler_hosts \(scheduler.rawValue) "$hosts"
        status=0
        run_stoppable "$launch/cluster" --hostfile "$hosts" --fabric native "${arguments[@]}" \\
          --max-hours \(maxHours) || status=$?

        \(again)
        exit "$status"
        """
    }
  }

  /// What happens after 75, saved but not finished; no batch system but Slurm sends a signal long before
  /// the limit everywhere, so the run keeps the time itself.
  private var again: String {
    switch scheduler {
    case .slurm: ""
    case .sge:
      """
      # 75: saved, not finished. Grid Engine queues a job again that ends with 99; USR2 comes from qdel.
      if [ "$status" -eq 75 ] && [[ "$stop_signal" != @(TERM|USR2) ]]; then exit 99; fi
      """
    case .pbs:
      """
      # 75: saved, not finished. TERM comes from qdel.
      if [ "$status" -eq 75 ] && [ "$stop_signal" != TERM ]; then
        cd "${PBS_O_WORKDIR:-.}"
        qsub \(words.script ?? "")
        exit 0
      fi
      """
    case .lsf:
      """
      # 75: saved, not finished; LSF queues the job again (-Q 75). bkill sends INT and TERM.
      if [ "$status" -eq 75 ] && [[ "$stop_signal" == @(INT|TERM) ]]; then exit 0; fi
      """
    }
  }

  /// Hours until the run saves by itself, in a form that every locale writes alike.
  private var maxHours: String {
    let thousandths = max((limitSeconds - saveBeforeSeconds) * 1000 / 3600, 1)
    let rest = "\(1000 + thousandths % 1000)".dropFirst()
    return "\(thousandths / 1000).\(rest)"
  }

  private static func require(
    _ number: Int, _ option: String, _ range: ClosedRange<Int>
  ) throws(BatchError) {
    guard range.contains(number) else {
      throw .number(option: option, expected: "\(range.lowerBound) to \(range.upperBound)")
    }
  }

  private static func isName(_ text: String) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 80 else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || "._@+-".utf8.contains($0) }
  }
}
