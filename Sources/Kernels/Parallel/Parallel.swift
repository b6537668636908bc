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
    set { Pool.shared.threads = max(1, min(newValue, Pool.mostThreads)) }
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

  /// To be called before `fork`, outside of parallel loops: waits until no thread of the pool is in the middle of starting.
  public static func settle() { Pool.shared.settle() }

  /// For a process that was just made by `fork`, where the threads of its parent are gone: forgets them and takes
  /// `threads` from here on. Must be called outside of parallel loops, before anything else is computed.
  public static func startAnew(threads: Int) {
    Pool.shared.forgetThreads()
    Self.threads = threads
  }

  /// Test hook: the tiles of every loop are taken in a random order, drawn anew for each loop from this number; 0 takes
  /// them in order again.
  public static func scrambleOrder(_ seed: UInt64) { Pool.shared.scramble(seed) }

  /// Test hook: what `body` computes on this thread, as numbers of parallel loops (those of at least two tiles) and of
  /// their tiles. Runs on one thread, so that loops inside loops are counted too.
  public static func counting<R>(_ body: () throws -> R) rethrows -> (result: R, loops: Int, tiles: Int) {
    let before = threads
    threads = 1
    Pool.shared.startCounting()
    defer {
      Pool.shared.stopCounting()
      threads = before
    }
    let result = try body()
    let counts = Pool.shared.counts
    return (result, counts.loops, counts.tiles)
  }
}
