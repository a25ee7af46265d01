import Foundation
import Glibc
import Results
import Testing

@Suite struct FileTests {
  @Test func sha256OfKnownTexts() {
    #expect(sha256Hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      sha256Hex(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func symbolicLinksAreRefused() throws {
    try withTemporaryDirectory { directory in
      let outside = "\(directory)/outside"
      try write([1, 2, 3], to: outside)
      let run = try makeRun("\(directory)/run", segments: [])
      let segment = run.segment(rank: 0)
      symlink(outside, segment)
      #expect(throws: ResultsError.refused(path: segment, reason: "is a symbolic link")) {
        try SegmentWriter(path: segment)
      }
      #expect(throws: ResultsError.refused(path: segment, reason: "is a symbolic link")) {
        try readSegment(segment)
      }
      symlink(outside, run.failures)
      #expect(throws: ResultsError.self) { try run.append([failure]) }
      symlink(outside, run.database)
      #expect(throws: ResultsError.self) { try exportCSV(run, to: "\(directory)/csv") }
      // Publishing replaces a link and leaves what it pointed to alone.
      symlink(outside, run.status)
      try run.publish([9], as: "status.json")
      #expect(try fileBytes(run.status) == [9])
      let links = try ResultsDatabase.rebuild(
        at: run.database, cells: [], chains: [], from: RunIndex())
      #expect(try links.close())
      #expect(try fileBytes(outside) == [1, 2, 3])

      symlink("\(directory)/run", "\(directory)/link")
      for path in ["\(directory)/link", "\(directory)/link/"] {
        #expect(throws: ResultsError.self) { try RunDirectory.prepare(path) }
        #expect(throws: ResultsError.self) { try RunDirectory(existing: path) }
      }
      symlink(directory, run.file("logs"))
      #expect(throws: ResultsError.self) { try run.createDirectory("logs") }
      #expect(throws: ResultsError.self) { try run.createDirectory("samples/../../x") }
      // A link among the parents of a run is the user's own.
      symlink(directory, "\(directory)/home")
      #expect(try RunDirectory.prepare("\(directory)/home/run").isNew == false)
    }
  }

  var failure: FailureRecord {
    FailureRecord(
      cell: "c", seed: 3, generation: 4, status: .diverged, message: "NaN in \"x\"", host: "h1",
      rank: 2,
      command: "ouroboros run s.yaml")
  }

  @Test func onlyEmptyDirectoriesAndRunsAreAccepted() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/run"
      let (fresh, isNew) = try RunDirectory.prepare(path + "/")
      #expect(isNew && fresh.path == path)
      // An interrupted first attempt.
      try write([1], to: "\(path)/.ouroboros-plan.json-1-2")
      #expect(try RunDirectory.prepare(path).isNew)
      try write([1], to: "\(path)/notes.txt")
      #expect(throws: ResultsError.self) { try RunDirectory.prepare(path) }
      for plan in ["{}", "{\"format\":\"other\"}", "", "[1]", "{\"format\":1}"] {
        try write(Array(plan.utf8), to: "\(path)/plan.json")
        #expect(throws: ResultsError.self, "\(plan)") { try RunDirectory.prepare(path) }
      }
      try write(
        Array("{\"ouroboros_plan\":\(RunDirectory.format),\"x\":1}".utf8), to: "\(path)/plan.json")
      let (run, isStillNew) = try RunDirectory.prepare(path)
      #expect(!isStillNew)
      #expect(try RunDirectory(existing: path) == run)
      try run.removeTemporaryFiles()
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: path).sorted() == [
          "notes.txt", "plan.json",
        ])
      #expect(throws: ResultsError.missing(path: "\(directory)/nowhere")) {
        try RunDirectory.prepare("\(directory)/nowhere/run")
      }
      #expect(throws: ResultsError.self) { try RunDirectory.prepare("\(path)/plan.json") }
      #expect(throws: ResultsError.self) { try RunDirectory.prepare("") }
    }
  }

  @Test func recordsAreWrittenWithSortedKeysAndReadBack() throws {
    try withTemporaryDirectory { directory in
      let run = try makeRun("\(directory)/run", segments: [])
      let manifest = RunManifest(
        plan: sha256Hex([1]), numerics: ["isa": "avx2", "blas": "Haswell"],
        environment: ["swift": "6.3.1"],
        sessions: [
          .init(started: "2026-01-01T00:00:00Z", ranks: 3, hosts: ["a"], command: ["ouroboros"])
        ])
      try run.write(manifest)
      #expect(try run.readManifest() == manifest)
      var other = manifest
      other.numerics = ["isa": "avx512", "blas": "Haswell", "precision": "f32"]
      #expect(
        manifest.numericsDifferences(from: other) == [
          "isa: avx2, avx512", "precision: absent, f32",
        ])
      let status = RunStatus(
        state: .running, chains: ["done": 1, "pending": 2], generationsCommitted: 3,
        generationsPlanned: 9,
        elapsedSeconds: 1.5, remainingSeconds: nil, ranks: 3, updated: "2026-01-01T00:00:00Z")
      try run.write(status)
      #expect(try run.readStatus() == status)
      var fitting = status
      fitting.fits = [
        FitStatus(rank: 2, cell: "c", seed: 1, generation: 4, step: 7, steps: 9, loss: nil),
        FitStatus(rank: 3, cell: "c", seed: 2, generation: 0, step: 1, steps: 9, loss: -0.5),
      ]
      try run.write(fitting)
      #expect(try run.readStatus() == fitting && fitting != status)
      try run.write(status)
      let text = String(decoding: try run.contents(of: "status.json"), as: UTF8.self)
      let keys = ["\"chains\"", "\"elapsedSeconds\"", "\"ranks\"", "\"state\"", "\"updated\""]
      let places = keys.compactMap { text.range(of: $0)?.lowerBound }
      #expect(places.count == keys.count && places == places.sorted())
      #expect(try run.readFailures().isEmpty)
      try run.append([failure])
      try run.append([failure, failure])
      #expect(try run.readFailures() == [failure, failure, failure])
      // A torn line is left out and cut off by the next append.
      try write(try fileBytes(run.failures) + Array("{\"cell\"".utf8), to: run.failures)
      #expect(try run.readFailures().count == 3)
      try run.append([failure])
      #expect(try run.readFailures().count == 4)
      try write(Array("junk\n".utf8), to: run.failures)
      #expect(throws: ResultsError.self) { try run.readFailures() }
    }
  }

  @Test func aFullDiskIsOneClearError() throws {
    let writer = try SegmentWriter(path: "/dev/full")
    try writer.append(block())
    for attempt in [writer.flush, writer.sync] {
      let error = try #require(throws: ResultsError.self) { try attempt() }
      #expect(error.exitCode == 74)
      let start = "/dev/full: cannot write: No space left on device (errno 28): "
      #expect(error.description.hasPrefix(start) && error.description.contains(" bytes needed, "))
      #expect(error.description.hasSuffix(" bytes free; run again once there is space"))
    }
  }

  /// A file size limit in the middle of a line: the error is reported, the file ends with its last
  /// complete line, and the blocks are written once there is room.
  @Test func aFileThatCannotGrowKeepsItsCompleteLines() async throws {
    await #expect(processExitsWith: .exitCode(74)) {
      let directory = "\(NSTemporaryDirectory())/ouroboros-limit-\(getpid())"
      mkdir(directory, 0o755)
      defer { try? FileManager.default.removeItem(atPath: directory) }
      let path = "\(directory)/rank-0000.jsonl"
      try writeSegment([block(seed: 1)], to: path)
      let size = try fileBytes(path).count
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: rlim_t(size + size / 2), rlim_max: rlim_t.max)
      guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { exit(3) }
      let writer = try SegmentWriter(path: path)
      try writer.append(block(seed: 2))
      do {
        try writer.flush()
        exit(4)
      } catch let error as ResultsError {
        guard try fileBytes(path).count == size else { exit(5) }
        limit.rlim_cur = rlim_t.max
        guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { exit(6) }
        try writer.sync()
        guard try readSegment(path).blocks.map(\.seed) == [1, 2] else { exit(7) }
        exit(error.exitCode)
      }
    }
  }

  @Test func aFailedPublicationLeavesTheOldFile() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/f"
      try publishFile([1], at: path)
      try publishFile([2, 3], at: path)
      #expect(try fileBytes(path) == [2, 3])
      mkdir("\(directory)/d", 0o755)
      #expect(throws: ResultsError.self) { try publishFile([4], at: "\(directory)/d") }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["d", "f"])
    }
  }
}
