import Foundation
import Kernels
import Synchronization
import XCTest

/// Every tile of a parallel loop runs once, whatever the number of threads, in order or not, in loops inside loops.
final class PoolTests: XCTestCase {
  override func tearDown() {
    Parallel.scrambleOrder(0)
    Parallel.threads = 1
  }

  /// How often each tile of a loop ran.
  private func runs(tiles: Int) -> [Int] {
    let counts = UnsafeMutablePointer<Int>.allocate(capacity: tiles)
    counts.initialize(repeating: 0, count: tiles)
    defer { counts.deallocate() }
    let places = SendablePointer(counts)
    Parallel.forEach(tiles: tiles) { tile in places.pointer[tile] += 1 }
    return (0..<tiles).map { counts[$0] }
  }

  func testEveryTileRunsOnce() {
    for threads in [1, 2, 3, 64, 200] {
      Parallel.threads = threads
      for tiles in [1, 2, 3, 63, 64, 65, 1000] {
        for _ in 0..<5 { XCTAssertEqual(runs(tiles: tiles), Array(repeating: 1, count: tiles), "\(threads) threads") }
      }
    }
  }

  /// Workers park between loops that are far apart, and loops of few tiles need few of many workers.
  func testLoopsFarApart() {
    Parallel.threads = 16
    for tiles in [40, 2, 3, 40] {
      usleep(3000)
      XCTAssertEqual(runs(tiles: tiles), Array(repeating: 1, count: tiles))
    }
    Parallel.threads = 2
    XCTAssertEqual(runs(tiles: 40), Array(repeating: 1, count: 40))
  }

  /// Tiles of a participant that is held up are done by others: the first tile waits for all the rest.
  func testNobodyWaitsForASlowOne() {
    for threads in [2, 5] {
      Parallel.threads = threads
      let done = Atomic<Int>(0)
      let end = Date().addingTimeInterval(60)
      Parallel.forEach(tiles: 64) { tile in
        if tile == 0 { while done.load(ordering: .acquiring) < 63 && Date() < end { sched_yield() } }
        done.add(1, ordering: .releasing)
      }
      XCTAssertLessThan(Date(), end, "\(threads) threads")
    }
  }

  func testLoopsInsideLoops() {
    for threads in [1, 4] {
      Parallel.threads = threads
      let sum = Atomic<Int>(0)
      Parallel.forEach(tiles: 10) { outer in
        Parallel.forEach(tiles: 10) { inner in sum.add(outer * 10 + inner, ordering: .relaxed) }
      }
      XCTAssertEqual(sum.load(ordering: .relaxed), 4950)
    }
  }

  func testScrambledOrders() {
    Parallel.threads = 1
    Parallel.scrambleOrder(7)
    var orders: [[Int]] = []
    for _ in 0..<3 {
      let seen = Mutex<[Int]>([])
      Parallel.forEach(tiles: 50) { tile in seen.withLock { $0.append(tile) } }
      orders.append(seen.withLock { $0 })
    }
    for order in orders { XCTAssertEqual(order.sorted(), Array(0..<50)) }
    XCTAssertNotEqual(orders[0], Array(0..<50))
    XCTAssertNotEqual(orders[0], orders[1], "each loop has an order of its own")
    Parallel.threads = 3
    XCTAssertEqual(runs(tiles: 500), Array(repeating: 1, count: 500))
  }

  func testCounting() {
    Parallel.threads = 3
    let counted = Parallel.counting {
      _ = runs(tiles: 5)
      _ = runs(tiles: 1)
      Parallel.forEach(tiles: 2) { _ in Parallel.forEach(tiles: 3) { _ in } }
      return "done"
    }
    XCTAssertEqual(counted.result, "done")
    XCTAssertEqual(counted.loops, 4)
    XCTAssertEqual(counted.tiles, 5 + 2 + 2 * 3)
    XCTAssertEqual(Parallel.threads, 3)
  }
}
