import CKernels
import Glibc
import Synchronization

/// A persistent pool. Workers spin briefly for the next loop and then park.
///
/// A loop is announced by one word that holds its number and its free seats. A worker takes part by taking a seat in one
/// atomic step, so a loop of few tiles keeps few workers busy however many there are, and no lock is on the way.
///
/// Tiles are handed out in runs, one for each participant, who takes tiles of other runs when its own is done. So neighbours,
/// which may share cache lines, are mostly computed by one thread, and by the same one in the next loop over the same data.
final class Pool: @unchecked Sendable {
  static let shared = Pool()
  static let mostThreads = 1024

  /// Threads that may take part in a loop, its owner included.
  @exclusivity(unchecked) var threads: Int
  private var started = 0
  private let busy = Atomic<Bool>(false)
  private var number = 0
  /// The number of the newest loop times `seatsLimit`, plus its free seats: none once it is closed.
  private let loop = Line()
  /// The tiles of each participant that nobody has taken: the first one times `runLimit`, plus the one behind the last.
  private let runs = UnsafeMutablePointer<Atomic<Int>>.allocate(capacity: mostThreads * lineLength)
  private var runsMade = 0
  /// Workers that took a seat in the loop and found no tile any more.
  private let finished = Line()
  private static let seatsLimit = 1 << 16
  private static let runLimit = 1 << 31
  /// Numbers that keep atomic ones in cache lines of their own, those fetched along with them included.
  fileprivate static let lineLength = 32
  // Written by the owner of a loop before it is announced, read by workers that have a seat.
  private var body: UnsafeRawPointer?
  private var participants = 0

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let parked = Atomic<Int>(0)
  /// Workers that have got as far as looking for loops.
  private let ready = Atomic<Int>(0)

  /// Looks for the next loop before a worker parks, and for the last worker before the owner lets others run.
  ///
  /// A fraction of a millisecond: a parked worker takes tens of microseconds to come back, as long as many a loop takes.
  private static let patience = 20_000

  // For tests.
  @exclusivity(unchecked) private var isWatched = false
  private var disorder: TileDisorder?
  private var counted: (loops: Int, tiles: Int)?

  private init() {
    threads = max(1, min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), Pool.mostThreads))
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  /// Waits until every worker has begun to look for loops. One that is still starting may hold a lock of the language's
  /// runtime or of the loader, which a copy of the process would find locked for ever.
  func settle() {
    while ready.load(ordering: .acquiring) < started { sched_yield() }
  }

  /// The locks may have been held by a thread that is gone.
  func forgetThreads() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    started = 0
    parked.store(0, ordering: .relaxed)
    ready.store(0, ordering: .relaxed)
    loop.value.store(number * Pool.seatsLimit, ordering: .relaxed)
    busy.store(false, ordering: .relaxed)
  }

  func run(tiles: Int, _ body: (Int) -> Void) {
    if isWatched { return runWatched(tiles, body) }
    share(tiles, body)
  }

  private func share(_ tiles: Int, _ body: (Int) -> Void) {
    if threads == 1 || tiles >= Pool.runLimit || busy.exchange(true, ordering: .acquiring) {
      for tile in 0..<tiles where !Interrupt.isRequested { body(tile) }
      return
    }
    let helpers = min(threads, tiles) - 1
    while started < helpers, spawn(started + 1) { started += 1 }
    while runsMade <= helpers {
      (runs + runsMade * Pool.lineLength).initialize(to: Atomic(0))
      runsMade += 1
    }
    withoutActuallyEscaping(body) { escapable in
      withUnsafePointer(to: escapable) { pointer in
        self.body = UnsafeRawPointer(pointer)
        participants = helpers + 1
        for index in 0...helpers {
          let (first, end) = (index * tiles / participants, (index + 1) * tiles / participants)
          (runs + index * Pool.lineLength).pointee.store(first * Pool.runLimit + end, ordering: .relaxed)
        }
        finished.value.store(0, ordering: .relaxed)
        number += 1
        loop.value.store(number * Pool.seatsLimit + helpers, ordering: .sequentiallyConsistent)
        callParked(for: helpers)
        work(pointer.pointee, as: 0)
        let free = loop.value.exchange(number * Pool.seatsLimit, ordering: .acquiringAndReleasing) % Pool.seatsLimit
        wait(for: helpers - free)
      }
    }
    busy.store(false, ordering: .releasing)
  }

  /// Takes tiles of its own run from the front, then those of others from the back.
  private func work(_ body: (Int) -> Void, as participant: Int) {
    let count = participants
    for other in 0..<count {
      let place = participant + other
      let run = runs + (place < count ? place : place - count) * Pool.lineLength
      while !Interrupt.isRequested, let tile = Self.take(from: run, atFront: other == 0) { body(tile) }
    }
  }

  @inline(__always)
  private static func take(from run: UnsafeMutablePointer<Atomic<Int>>, atFront: Bool) -> Int? {
    var word = run.pointee.load(ordering: .relaxed)
    while true {
      let (first, end) = (word / runLimit, word % runLimit)
      if first >= end { return nil }
      let rest = atFront ? word + runLimit : word - 1
      let taken = run.pointee.compareExchange(expected: word, desired: rest, ordering: .relaxed)
      if taken.exchanged { return atFront ? first : end - 1 }
      word = taken.original
    }
  }

  /// Wakes as many workers as are missing beside those that are awake.
  private func callParked(for helpers: Int) {
    // A worker that parks counts itself first and looks at the newest loop then: one of the two sees the other.
    let sleepers = parked.load(ordering: .sequentiallyConsistent)
    let missing = helpers - (started - sleepers)
    guard missing > 0 else { return }
    pthread_mutex_lock(mutex)
    for _ in 0..<missing { pthread_cond_signal(wake) }
    pthread_mutex_unlock(mutex)
  }

  private func wait(for workers: Int) {
    var looks = 0
    while finished.value.load(ordering: .acquiring) < workers {
      relax()
      looks += 1
      // With more threads than processors, the one that is waited for may need this one.
      if looks > Pool.patience { sched_yield() }
    }
  }

  private func serve(as worker: Int) {
    var seen = 0
    var looks = 0
    // What is done for the first time here is done before the worker counts as ready.
    if Interrupt.isRequested { relax() }
    _ = loop.value.load(ordering: .acquiring)
    ready.add(1, ordering: .releasing)
    while true {
      let word = loop.value.load(ordering: .acquiring)
      let (number, free) = (word / Pool.seatsLimit, word % Pool.seatsLimit)
      if number != seen && free > 0 {
        let seat = loop.value.compareExchange(expected: word, desired: word - 1, ordering: .acquiringAndReleasing)
        guard seat.exchanged else { continue }
        seen = number
        if let body {
          work(body.assumingMemoryBound(to: ((Int) -> Void).self).pointee, as: worker % participants)
        }
        finished.value.add(1, ordering: .releasing)
        looks = 0
        continue
      }
      looks += 1
      if looks < Pool.patience {
        relax()
      } else {
        park(after: seen)
        looks = 0
      }
    }
  }

  /// Sleeps until there is a loop with a free seat, other than the one this worker was in.
  private func park(after seen: Int) {
    pthread_mutex_lock(mutex)
    parked.add(1, ordering: .sequentiallyConsistent)
    while true {
      let word = loop.value.load(ordering: .sequentiallyConsistent)
      if word / Pool.seatsLimit != seen && word % Pool.seatsLimit > 0 { break }
      pthread_cond_wait(wake, mutex)
    }
    parked.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  /// Whether there is one worker more; where the system has no more threads, fewer do the work.
  private func spawn(_ worker: Int) -> Bool {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 4 << 20)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let status = pthread_create(
      &thread, &attributes,
      { worker in
        // Signals belong to the thread that runs the script.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        Pool.shared.serve(as: Int(bitPattern: worker))
        return nil
      }, UnsafeMutableRawPointer(bitPattern: worker))
    pthread_attr_destroy(&attributes)
    return status == 0
  }

  /// A short wait between two looks, some tens of cycles.
  @inline(__always)
  private func relax() { ckernels_pause() }
}

/// What tests set: nothing of this is on the way of other loops but one test of `isWatched`.
extension Pool {
  func scramble(_ seed: UInt64) {
    disorder = seed == 0 ? nil : TileDisorder(seed: seed)
    isWatched = disorder != nil || counted != nil
  }

  func startCounting() {
    counted = (0, 0)
    isWatched = true
  }

  func stopCounting() {
    counted = nil
    isWatched = disorder != nil
  }

  var counts: (loops: Int, tiles: Int) { counted ?? (0, 0) }

  private func runWatched(_ tiles: Int, _ body: (Int) -> Void) {
    if let before = counted { counted = (before.loops + 1, before.tiles + tiles) }
    guard let order = disorder?.order(of: tiles) else { return share(tiles, body) }
    share(tiles) { body(order[$0]) }
  }
}

/// Random orders of tiles, another one for each loop.
private final class TileDisorder: Sendable {
  private let seed: UInt64
  private let loops = Atomic<UInt64>(0)

  init(seed: UInt64) { self.seed = seed }

  func order(of tiles: Int) -> [Int] {
    var random = RandomStream(seed: seed, name: "tiles").split(loops.add(1, ordering: .relaxed).oldValue)
    var order = Array(0..<tiles)
    for last in stride(from: tiles - 1, to: 0, by: -1) {
      order.swapAt(last, Int(random.nextUInt64() % UInt64(last + 1)))
    }
    return order
  }
}

/// A number that stands alone in its cache lines, so that threads which change others do not take it away.
private final class Line: Sendable {
  let value = Atomic<Int>(0)
  private let rest = InlineArray<31, Int>(repeating: 0)
}
