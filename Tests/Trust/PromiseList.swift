/// The promises in the order of their numbers. P25, nothing left behind, is judged after each of them.
let promises: [any Promise] = [
  KilledRanks(),
  ChangedRanks(),
  DeadLinks(),
  OneResult(),
  InertHostNames(),
  SlurmJobs(),
  ShellHosts(),
  BatchJobs(),
]

/// Those that are tried only when they are named: `launch/trust --only P28`.
let promisesOnRequest: [any Promise] = [
  QuickstartOnHosts(),
]
