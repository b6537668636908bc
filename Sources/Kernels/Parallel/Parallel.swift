import Glibc
import Synchronization

/// Parallel loops over tiles.
///
/// How work is cut into tiles depends on shapes only, never on the number of threads, and no two tiles write the same
/// place; so the bits of a result are the same at any number of threads and in any order of execution.
public enum Parallel {
  /// Elements that an elementwise tile holds: enough to hide the cost of handing it out, few enough to stay in cache.
  public static let elementsPerTile = 1 << 15

  /// Threads that take part, the calling one included. At least 1; the default is the number of online processors.
  public static var threads: Int {
    get { Pool.shared.threads }
    set { Pool.shared.resize(to: max(1, min(newValue, 256))) }
  }

  /// Runs `body(0)` to `body(tiles - 1)`, each once, in any order, on all threads; returns when all are done.
  ///
  /// A loop inside a loop runs on its own thread. When an interrupt is requested, tiles that have not begun are left out.
  @inline(__always)
  public static func forEach(tiles: Int, _ body: (Int) -> Void) {
    if tiles == 1 {
      body(0)
    } else if tiles > 1 {
      Pool.shared.run(tiles: tiles, body)
    }
  }

  /// Cuts `0..<count` into runs of `grain` and calls `body(start, length)` for each.
  @inline(__always)
  public static func forEachRange(
    _ count: Int, grain: Int = elementsPerTile, _ body: (_ start: Int, _ length: Int) -> Void
  ) {
    if count <= grain {
      if count > 0 { body(0, count) }
      return
    }
    let tiles = (count + grain - 1) / grain
    forEach(tiles: tiles) { tile in
      let start = tile * grain
      body(start, min(grain, count - start))
    }
  }

  /// Rows of `width` elements that make one tile.
  @inline(__always)
  public static func rowsPerTile(width: Int) -> Int { max(1, elementsPerTile / max(1, width)) }

  /// For a process that was just made by `fork`, where the threads of its parent are gone: forgets them and takes
  /// `threads` from here on. Must be called outside of parallel loops, before anything else is computed.
  public static func startAnew(threads: Int) {
    Pool.shared.forgetThreads()
    Self.threads = threads
  }

  /// Test hook: executes tiles in an order scrambled by this number (0: in order).
  public static func scrambleOrder(_ seed: UInt64) { Pool.shared.scramble = seed }
}

/// A persistent pool. Workers spin briefly for the next loop and then park.
private final class Pool: @unchecked Sendable {
  static let shared = Pool()

  private(set) var threads: Int
  var scramble: UInt64 = 0
  private var started = 1
  private let generation = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let busy = Atomic<Bool>(false)
  private let joined = Atomic<Int>(0)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  // Written by the owner of a loop under `mutex`, read by workers that joined it.
  private var body: UnsafeRawPointer?
  private var tiles = 0
  private var isOpen = false

  private init() {
    threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  func resize(to count: Int) { threads = count }

  /// The locks may have been held by a thread that is gone.
  func forgetThreads() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    started = 1
    isOpen = false
    joined.store(0, ordering: .relaxed)
    busy.store(false, ordering: .relaxed)
  }

  func run(tiles: Int, _ body: (Int) -> Void) {
    let alone = threads == 1 || busy.exchange(true, ordering: .acquiring)
    if alone {
      for tile in 0..<tiles where !Interrupt.isRequested { body(place(tile, of: tiles)) }
      return
    }
    while started < threads {
      spawn(number: started)
      started += 1
    }
    withoutActuallyEscaping(body) { escapable in
      withUnsafePointer(to: escapable) { pointer in
        pthread_mutex_lock(mutex)
        self.body = UnsafeRawPointer(pointer)
        self.tiles = tiles
        next.store(0, ordering: .relaxed)
        isOpen = true
        generation.add(1, ordering: .releasing)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
        work(pointer.pointee, tiles)
        pthread_mutex_lock(mutex)
        isOpen = false
        pthread_mutex_unlock(mutex)
        while joined.load(ordering: .acquiring) > 0 { relax() }
      }
    }
    busy.store(false, ordering: .releasing)
  }

  private func work(_ body: (Int) -> Void, _ tiles: Int) {
    while true {
      let tile = next.add(1, ordering: .relaxed).oldValue
      if tile >= tiles || Interrupt.isRequested { return }
      body(place(tile, of: tiles))
    }
  }

  /// The identity, or an order scrambled by a step that is coprime to the number of tiles.
  private func place(_ tile: Int, of tiles: Int) -> Int {
    if scramble == 0 { return tile }
    var step = Int(scramble % UInt64(tiles)) | 1
    while greatestCommonDivisor(step, tiles) != 1 { step += 2 }
    return (tile &* step &+ Int(scramble % 7919)) % tiles
  }

  private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }

  private func spawn(number: Int) {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 4 << 20)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let argument = UnsafeMutableRawPointer(bitPattern: number)
    pthread_create(
      &thread, &attributes,
      { argument in
        // Signals belong to the thread that runs the script.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        Pool.shared.serve(number: Int(bitPattern: argument))
        return nil
      }, argument)
    pthread_attr_destroy(&attributes)
  }

  private func serve(number: Int) {
    var seen = 0
    while true {
      var spins = 0
      while generation.load(ordering: .acquiring) == seen && spins < 4000 {
        relax()
        spins += 1
      }
      pthread_mutex_lock(mutex)
      while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
      seen = generation.load(ordering: .acquiring)
      guard isOpen, number < threads, let body else {
        pthread_mutex_unlock(mutex)
        continue
      }
      let tiles = self.tiles
      joined.add(1, ordering: .acquiringAndReleasing)
      pthread_mutex_unlock(mutex)
      work(body.assumingMemoryBound(to: ((Int) -> Void).self).pointee, tiles)
      joined.subtract(1, ordering: .releasing)
    }
  }

  /// A short wait between two looks: a fence costs a few tens of cycles.
  @inline(__always)
  private func relax() { atomicMemoryFence(ordering: .sequentiallyConsistent) }
}
