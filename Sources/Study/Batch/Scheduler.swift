/// A batch system.
public enum Scheduler: String, CaseIterable, Sendable {
  case slurm, sge, pbs, lsf

  /// The command that takes a script.
  public func submission(of script: String) -> String {
    switch self {
    case .slurm: "sbatch \(script)"
    case .sge, .pbs: "qsub \(script)"
    case .lsf: "bsub < \(script)"
    }
  }

  /// The lines at the head of a script. Every value in them is a number or a plain name: a directive has no
  /// quotes.
  func directives(_ script: BatchScript) -> [String] {
    let seconds = script.limitSeconds
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    let clock = "\(two(hours)):\(two(minutes)):\(two(rest))"
    let ranks = script.nodes * script.ranksPerNode
    func line(_ prefix: String, _ value: String?) -> [String] { value.map { [prefix + $0] } ?? [] }
    switch self {
    case .slurm:
      return [
        "#SBATCH --job-name=\(script.name)", "#SBATCH --nodes=\(script.nodes)",
        "#SBATCH --ntasks-per-node=\(script.ranksPerNode)", "#SBATCH --cpus-per-task=1",
        "#SBATCH --time=\(clock)", "#SBATCH --signal=B:USR1@\(script.saveBeforeSeconds)",
        "#SBATCH --requeue", "#SBATCH --open-mode=append", "#SBATCH --output=\(script.name)-%j.log",
      ] + line("#SBATCH --account=", script.account) + line("#SBATCH --partition=", script.queue)
    case .sge:
      // Exit code 99 puts it back into the queue. No soft limit (s_rt): once the job has run again, 8.1.9
      // takes it for the hard one, whose signal is that of qdel.
      return [
        "#$ -N \(script.name)", "#$ -S /bin/bash", "#$ -cwd", "#$ -j y",
        "#$ -pe \(script.parallelEnvironment) \(ranks)", "#$ -l h_rt=\(seconds)", "#$ -r y",
        "#$ -notify",
      ] + line("#$ -P ", script.account) + line("#$ -q ", script.queue)
    case .pbs:
      return [
        "#PBS -N \(script.name.prefix(15))", "#PBS -S /bin/bash", "#PBS -j oe",
        "#PBS -l select=\(script.nodes):ncpus=\(script.ranksPerNode):mpiprocs=\(script.ranksPerNode)",
        "#PBS -l walltime=\(clock)", "#PBS -r y",
      ] + line("#PBS -A ", script.account) + line("#PBS -q ", script.queue)
    case .lsf:
      // Exit code 75 puts it back into the queue. The limit is in whole minutes.
      let whole = (seconds + 59) / 60
      return [
        "#BSUB -J \(script.name)", "#BSUB -n \(ranks)", "#BSUB -R span[ptile=\(script.ranksPerNode)]",
        "#BSUB -W \(whole / 60):\(two(whole % 60))", "#BSUB -r", "#BSUB -Q 75",
        "#BSUB -o \(script.name)-%J.log",
      ] + line("#BSUB -P ", script.account) + line("#BSUB -q ", script.queue)
    }
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
