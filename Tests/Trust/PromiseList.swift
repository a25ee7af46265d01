/// The promises in the order of their numbers. P25, nothing left behind, is judged after each of them.
let promises: [any Promise] = [
  KilledRanks(),
  NoListening(),
  ReadersDuringWrites(),
  CrashPoints(),
  RottenFiles(),
  FullDisk(),
  FailedSync(),
  OddStorage(),
  StoppedLaunchers(),
  ChangedRanks(),
  DeadLinks(),
  OneResult(),
  InertHostNames(),
  ShellHosts(),
]
