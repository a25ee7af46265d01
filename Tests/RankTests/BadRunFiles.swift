import Foundation
import TestSupport

/// Data files that are missing or not what they should be.
let badData: [BadRun] = [
  BadRun(
    "missing data file", sound(2, "dataset: {name: npy, path: gone.npy}"),
    says: ["@/gone.npy", "no such file"], 66, underMPI: true),
  BadRun(
    "data file that is none", sound(2, "dataset: {name: npy, path: junk.npy}"),
    says: ["@/junk.npy", "not a .npy file"], 65
  ) { try $0.write("junk and more junk", as: "junk.npy") },
  BadRun(
    "directory for a data file", sound(2, "dataset: {name: npy, path: .}"), says: ["@"], 65),
  BadRun(
    "compressed garbage", sound(2, "dataset: {name: mnist, data_dir: .}"),
    says: ["@/./train-images-idx3-ubyte.gz"], 65
  ) { try $0.write([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5], as: "train-images-idx3-ubyte.gz") },
  BadRun(
    "IDX file cut short", sound(2, "dataset: {name: mnist, data_dir: .}"),
    says: ["@/./train-images-idx3-ubyte"], 65, underMPI: true
  ) {
    // The header announces 60,000 images of 28×28; three bytes follow.
    try $0.write(
      [0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28, 1, 2, 3], as: "train-images-idx3-ubyte")
  },
  BadRun(
    "table with a word", sound(2, "dataset: {name: digits, path: d.csv}"), says: ["@/d.csv"], 65
  ) { try $0.write("1,2,three\n", as: "d.csv") },
  BadRun(
    "empty text", sound(2, "dataset: {name: text, path: t.txt}").replacing("kernel-density", with: "count-softmax"),
    says: ["@/t.txt"], 65
  ) { try $0.write("", as: "t.txt") },
]

/// Output directories that cannot be used.
let badOutputs: [BadRun] = [
  BadRun("parent that is not there", sound(), ["--out", "@/no/run"], says: ["@/no", "no such"], 66, underMPI: true),
  BadRun(
    "directory that holds something else", sound(), ["--out", "@/other"],
    says: ["@/other", "not empty and holds no run"], 65, underMPI: true
  ) {
    try FileManager.default.createDirectory(atPath: $0.file("other"), withIntermediateDirectories: false)
    try $0.write("dear to somebody", as: "other/thesis.txt")
  },
  BadRun("file", sound(), ["--out", "@/s.yaml"], says: ["@/s.yaml", "is not a directory"], 65),
  BadRun("link to a directory", sound(), ["--out", "@/link"], says: ["@/link", "symbolic link"], 65) {
    try FileManager.default.createSymbolicLink(atPath: $0.file("link"), withDestinationPath: $0.path)
  },
  BadRun("link to nothing", sound(), ["--out", "@/link"], says: ["@/link", "symbolic link"], 65) {
    try FileManager.default.createSymbolicLink(atPath: $0.file("link"), withDestinationPath: "/no/such")
  },
  BadRun(
    "plan of another program", sound(), ["--out", "@/other"], says: ["@/other", "not a plan"], 65
  ) {
    try FileManager.default.createDirectory(atPath: $0.file("other"), withIntermediateDirectories: false)
    try $0.write("{\"plan\": \"world domination\"}", as: "other/plan.json")
  },
]

/// Mistakes of the command line.
let badArguments: [BadRun] = [
  BadRun("override without value", sound(), ["--set", "seeds"], says: ["--set"], 64),
  BadRun("override of nothing", sound(), ["--set", "loop.bais=0.5"], says: ["--set loop.bais", "bias"]),
  BadRun("override out of range", sound(), ["--set", "loop.bias=2"], says: ["--set loop.bias", "(0, 1]"]),
  BadRun("time limit that is none", sound(), ["--max-hours", "nan"], says: ["--max-hours"], 64),
  BadRun("negative time limit", sound(), ["--max-hours=-1"], says: ["--max-hours"], 64, underMPI: true),
  BadRun("unknown option", sound(), ["--overwrite"], says: ["--overwrite"], 64),
]
