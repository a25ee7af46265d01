import Randomness
import Study
import Testing

/// The schedule as a state machine: whatever the workers do, every task is handed out once.
@Suite struct ScheduleTests {
  /// Log-normal costs, as chains of unequal arms have.
  private func costs(_ count: Int, seed: UInt64) -> [Double] {
    var stream = RandomStream(key: RandomKey(seed: seed))
    return (0..<count).map { _ in 0.01 + stream.uniform() * stream.uniform() }
  }

  /// A bundle under way.
  private struct Held {
    let worker: Int
    let bundle: Schedule.Bundle
  }

  /// Workers that ask and answer in a random order.
  ///
  /// - Parameter visit: called for every bundle handed out, with the bundles its worker then has.
  private func play(
    _ schedule: inout Schedule, costs: [Double], workers: Int, seed: UInt64,
    visit: (Schedule.Bundle, Int) -> Void
  ) {
    var stream = RandomStream(key: RandomKey(seed: seed))
    var held: [Held] = []
    while !schedule.isFinished {
      let worker = stream.integer(below: workers)
      if stream.uniform() < 0.6, let bundle = schedule.bundle(for: worker) {
        held.append(Held(worker: worker, bundle: bundle))
        #expect(schedule.outstandingBundles(of: worker) == held.count { $0.worker == worker })
        visit(bundle, held.count { $0.worker == worker })
      } else if !held.isEmpty {
        let done = held.remove(at: stream.integer(below: held.count))
        let seconds = done.bundle.tasks.reduce(0) { $0 + costs[$1] } * 0.01
        schedule.finished(worker: done.worker, bundle: done.bundle.id, seconds: seconds)
      }
    }
    #expect(held.isEmpty)
  }

  @Test(arguments: 0..<40)
  func everyTaskOnceForAnyInterleaving(seed: Int) {
    var stream = RandomStream(key: RandomKey(seed: UInt64(seed)))
    let count = stream.integer(below: 400)
    let workers = 1 + stream.integer(below: 9)
    let costs = costs(count, seed: UInt64(1000 + seed))
    var schedule = Schedule(costs: costs, workers: workers)
    var tasks: [Int] = []
    var ids: Set<Int> = []
    play(&schedule, costs: costs, workers: workers, seed: UInt64(seed)) { bundle, held in
      #expect(!bundle.tasks.isEmpty && ids.insert(bundle.id).inserted)
      #expect(held <= Schedule.prefetch)
      tasks += bundle.tasks
    }
    #expect(tasks.sorted() == Array(0..<count))
    // Longest first; equal costs in the order given.
    #expect(tasks == (0..<count).sorted { (-costs[$0], $0) < (-costs[$1], $1) })
    for worker in 0..<workers {
      let bundle = schedule.bundle(for: worker)
      #expect(bundle == nil)
    }
  }

  /// No bundle holds more than 1/(2·workers) of what is left, nor more than the seconds asked for: the
  /// last ones are single tasks, so that workers end together.
  @Test func bundlesShrink() {
    let costs = [Double](repeating: 1, count: 10_000)
    let workers = 4
    var schedule = Schedule(costs: costs, workers: workers, bundleSeconds: 1)
    var sizes: [Int] = []
    var left = costs.count
    play(&schedule, costs: costs, workers: workers, seed: 5) { bundle, _ in
      #expect(bundle.tasks.count <= max(1, left / (2 * workers)))
      // A unit of cost takes 0.01 s here.
      #expect(bundle.tasks.count <= 100)
      sizes.append(bundle.tasks.count)
      left -= bundle.tasks.count
    }
    #expect(sizes.first == 1, "nothing is known of the speed at first")
    #expect(sizes.max() == 100 && sizes.suffix(2 * workers).allSatisfy { $0 == 1 })
    // Without a time limit a bundle would never have shrunk to it.
    var untimed = Schedule(costs: costs, workers: workers, bundleSeconds: 1e9)
    var largest = 0
    play(&untimed, costs: costs, workers: workers, seed: 5) { bundle, _ in
      largest = max(largest, bundle.tasks.count)
    }
    #expect(largest > 1000)
  }

  @Test func nothingIsHandedOutAfterAStop() throws {
    var schedule = Schedule(costs: [3, 2, 1], workers: 2)
    let bundle = schedule.bundle(for: 0)
    let first = try #require(bundle)
    #expect(first.tasks == [0] && !schedule.isFinished)
    schedule.stop()
    let more = [schedule.bundle(for: 0), schedule.bundle(for: 1)]
    #expect(more == [nil, nil])
    #expect(!schedule.isFinished, "a bundle is still out")
    schedule.finished(worker: 0, bundle: first.id, seconds: 1)
    #expect(schedule.isFinished)
  }

  /// A worker that leaves after a stop takes its bundles with it.
  @Test func releasedWorkersOweNothing() throws {
    var schedule = Schedule(costs: [1, 1, 1, 1], workers: 2)
    let bundles = [0, 0, 1].map { schedule.bundle(for: $0) != nil }
    #expect(bundles == [true, false, true], "nobody waits behind work of unknown length")
    schedule.stop()
    schedule.released(worker: 0)
    #expect(!schedule.isFinished && schedule.outstandingBundles(of: 0) == 0)
    schedule.released(worker: 1)
    #expect(schedule.isFinished)
  }

  /// A second bundle waits beside a short one, and not beside a long one.
  @Test(arguments: [(0.001, true), (10, false)])
  func shortBundlesAreFetchedAhead(seconds: Double, isAhead: Bool) throws {
    var schedule = Schedule(costs: [Double](repeating: 1, count: 8), workers: 2)
    let bundle = schedule.bundle(for: 0)
    let first = try #require(bundle)
    schedule.finished(worker: 0, bundle: first.id, seconds: seconds)
    let next = [0, 0, 0].map { schedule.bundle(for: $0) != nil }
    #expect(next == [true, isAhead, false])
  }

  /// Tasks that wait come after the task they wait for, whoever is free.
  @Test(arguments: 0..<20)
  func waitingTasksComeAfterTheirFirst(seed: Int) {
    var stream = RandomStream(key: RandomKey(seed: UInt64(seed)))
    let families = 1 + stream.integer(below: 12)
    var after: [Int?] = []
    for _ in 0..<families {
      let first = after.count
      after.append(nil)
      for _ in 0..<stream.integer(below: 5) { after.append(first) }
    }
    let costs = costs(after.count, seed: UInt64(seed))
    let workers = 1 + stream.integer(below: 4)
    var schedule = Schedule(costs: costs, after: after, workers: workers)
    var finished: Set<Int> = []
    var handedOut: [Int] = []
    var held: [Held] = []
    while !schedule.isFinished {
      let worker = stream.integer(below: workers)
      if stream.uniform() < 0.6, let bundle = schedule.bundle(for: worker) {
        for task in bundle.tasks {
          #expect(after[task].map { finished.contains($0) } ?? true, "task \(task) was too early")
        }
        handedOut += bundle.tasks
        held.append(Held(worker: worker, bundle: bundle))
      } else if !held.isEmpty {
        #expect(!schedule.isFinished)
        let done = held.remove(at: stream.integer(below: held.count))
        finished.formUnion(done.bundle.tasks)
        schedule.finished(worker: done.worker, bundle: done.bundle.id, seconds: 1e-4)
      }
    }
    #expect(schedule.isExhausted && handedOut.sorted() == Array(after.indices))
  }

  /// Nobody is told that nothing is left while tasks wait for one that is under way.
  @Test func workIsExpectedWhileTasksWait() throws {
    var schedule = Schedule(costs: [1, 1], after: [nil, 0], workers: 2)
    let bundle = schedule.bundle(for: 0)
    let first = try #require(bundle)
    let other = schedule.bundle(for: 1)
    #expect(first.tasks == [0] && other == nil && !schedule.isExhausted)
    schedule.finished(worker: 0, bundle: first.id, seconds: 1)
    let freed = schedule.bundle(for: 1)
    #expect(freed?.tasks == [1] && schedule.isExhausted && !schedule.isFinished)
  }

  @Test func nothingToDo() {
    var schedule = Schedule(costs: [], workers: 3)
    let bundle = schedule.bundle(for: 2)
    #expect(schedule.isFinished && bundle == nil)
  }
}
