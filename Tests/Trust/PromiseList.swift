/// The promises in the order of their numbers. P25, nothing left behind, is judged after each of them.
let promises: [any Promise] = [
  KilledRanks(),
  CrashPoints(),
  ChangedRanks(),
  RottenFiles(),
  FullDisk(),
  FailedSync(),
  OddStorage(),
  StopSignals(),
  StoppedLaunchers(),
  Hangs(),
  SickNumbers(),
  OneResult(),
  CoreTypes(),
  ChangedStudies(),
  WorkerErrors(),
  MemoryPlan(),
  MalformedInput(),
  ForeignTensors(),
  Confinement(),
  InertReports(),
  NoListening(),
  InertHostNames(),
  ReadersDuringWrites(),
  OldRuns(),
  Audit(),
  SlurmJobs(),
  ShellHosts(),
  BatchJobs(),
  DeadLinks(),
  GridEngineJobs(),
]

/// Those that are tried only when they are named: `launch/trust --only P28`.
let promisesOnRequest: [any Promise] = [
  QuickstartOnHosts()
]
