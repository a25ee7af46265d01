// swift-tools-version: 6.2
import PackageDescription

/// Language settings shared by every Swift target.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Ouroboros",
  products: [.executable(name: "ouroboros", targets: ["ouroboros"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    // C libraries: the only places that include their headers.
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    // oneDNN 2 and 3 behind one interface; Debian's libdnnl-dev has no pkg-config file.
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
    // Vector kernels in C, one clone per instruction set.
    .target(name: "CKernels"),
    // Leaves.
    .target(name: "Options", swiftSettings: settings),
    .target(name: "MPI", dependencies: ["CMPI"], swiftSettings: settings),
    .target(name: "Randomness", dependencies: ["CKernels"], swiftSettings: settings),
    .target(name: "Samples", dependencies: ["Randomness"], swiftSettings: settings),
    .target(
      name: "Engine",
      dependencies: ["Randomness", "COpenBLAS", "COneDNN", "CKernels", "CDeflate"],
      swiftSettings: settings),
    // The networks of neural models, as layers: no data, no training.
    .target(name: "Networks", dependencies: ["Engine", "Randomness"], swiftSettings: settings),
    // Trainings that are measured, on made-up data.
    .target(
      name: "Workloads", dependencies: ["Options", "Networks", "Engine", "Randomness"],
      swiftSettings: settings),
    // Closed-form laws: what a data set is and what a statistical model has fitted.
    .target(name: "Laws", dependencies: ["Samples", "Engine", "Randomness"], swiftSettings: settings),
    // One protocol, one registry, one file per thing.
    .target(
      name: "Models",
      dependencies: ["Options", "Laws", "Samples", "Networks", "Engine", "Randomness"],
      swiftSettings: settings),
    .target(
      name: "Datasets",
      dependencies: ["Options", "Laws", "Samples", "Engine", "Randomness", "CZlib", "CPNG"],
      swiftSettings: settings),
    .target(
      name: "Metrics", dependencies: ["Options", "Laws", "Samples", "Engine", "Randomness"],
      swiftSettings: settings),
    .target(
      name: "Results", dependencies: ["Randomness", "Engine", "CSQLite", "CCrypto"],
      swiftSettings: settings),
    // One HTML file of a run.
    .target(
      name: "Report",
      dependencies: ["Results", "CPNG", .product(name: "Mustache", package: "swift-mustache")],
      resources: [.embedInCode("Templates")], swiftSettings: settings),
    // The one generational loop, its policies and correctors.
    .target(
      name: "Loops",
      dependencies: [
        "Options", "Laws", "Models", "Datasets", "Metrics", "Samples", "Results", "Engine",
        "Randomness",
      ],
      swiftSettings: settings),
    // Study file, plan, schedule, coordinator and workers.
    .target(
      name: "Study",
      dependencies: [
        "Options", "MPI", "Loops", "Laws", "Models", "Datasets", "Metrics", "Samples", "Results",
        "Engine", "Randomness", "CCrypto", "Yams",
      ],
      resources: [.embedInCode("Presets")], swiftSettings: settings),
    .executableTarget(
      name: "ouroboros",
      dependencies: [
        "Study", "Options", "MPI", "Loops", "Models", "Datasets", "Metrics", "Results", "Report",
        "Engine", "Workloads", "Randomness", "Samples", "Laws",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        // The listening socket of `serve`, the only one.
        .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ],
      swiftSettings: settings),
    // Tests.
    // What tests share that needs no module of the product: programs with a time limit, numbers with a state.
    .target(name: "ProgramSupport", path: "Tests/ProgramSupport", swiftSettings: settings),
    // Proves the promises of reliability one by one: launch/trust.
    .executableTarget(
      name: "trust",
      dependencies: [
        "ProgramSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Trust", exclude: ["Defects", "Studies", "Reference", "README.md", "prove"], swiftSettings: settings),
    .target(
      name: "TestSupport",
      dependencies: ["Models", "Laws", "Options", "Samples", "Engine", "Randomness"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "EngineTests",
      dependencies: ["Engine", "CKernels", "COneDNN", "Randomness", "TestSupport"],
      swiftSettings: settings),
    // Counts what a thread takes from the heap.
    .target(name: "CAllocationCount", path: "Tests/AllocationCount"),
    .testTarget(
      name: "WorkloadsTests",
      dependencies: [
        "Workloads", "Networks", "Engine", "Options", "Randomness", "TestSupport", "CAllocationCount",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "OptionsTests", dependencies: ["Options", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "RandomnessTests", dependencies: ["Randomness", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SamplesTests", dependencies: ["Samples", "Randomness", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "LawsTests", dependencies: ["Laws", "Engine", "Samples", "Randomness", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ModelsTests", dependencies: ["CKernels", "Models", "Networks", "Laws", "Engine", "Samples", "Options", "Randomness", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Engine", "Laws", "Samples", "Options", "Randomness", "CZlib", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "MetricsTests", dependencies: ["Metrics", "Datasets", "Laws", "Engine", "Samples", "Options", "Randomness", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ResultsTests", dependencies: ["Results", "Engine", "CSQLite", "ProgramSupport", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ReportTests", dependencies: ["Report", "Results", "CSQLite", "ProgramSupport", "TestSupport"],
      exclude: ["visit.mjs"], swiftSettings: settings),
    .testTarget(
      name: "LoopsTests", dependencies: ["Loops", "Models", "Datasets", "Metrics", "Laws", "Samples", "Results", "Options", "Randomness", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "StudyTests", dependencies: ["Study", "Loops", "Models", "Datasets", "Metrics", "Results", "Options", "Randomness", "CSQLite", "ProgramSupport", "TestSupport"],
      swiftSettings: settings),
    // Starts the built command under mpirun.
    .testTarget(
      name: "RankTests", dependencies: ["ouroboros", "MPI", "Results", "CSQLite", "ProgramSupport", "TestSupport"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
