import Foundation
import Kernels
import Recipes
import XCTest

/// The promise of the same bits, for the works of the benchmark that train something: all weights after some steps, at
/// any number of threads and with tiles in any order. The largest decoder is there in its shape, scaled down.
final class BenchmarkDeterminismTests: XCTestCase {
  private static let isFull = ProcessInfo.processInfo.environment["PERILUNE_FULL"] == "1"
  private static let steps = isFull ? 20 : 3

  override func tearDown() {
    Parallel.scrambleOrder(0)
    Parallel.threads = 1
  }

  private func digest(_ name: String, threads: Int, scramble: UInt64 = 0) throws -> String {
    Parallel.threads = threads
    Parallel.scrambleOrder(scramble)
    let work = try BenchmarkWork(name, in: Benchmark.folder)
    try work.run(steps: Self.steps)
    return try work.digestOfTrainedTensors()
  }

  /// - Parameter repeats: how often the full tier trains the work besides the runs at 1 to 4 threads.
  private func check(_ name: String, repeats: Int) throws {
    let expected = try digest(name, threads: 1)
    XCTAssertEqual(expected.count, 64)
    for threads in 2...4 { XCTAssertEqual(try digest(name, threads: threads), expected, "\(threads) threads") }
    for number in 1...(Self.isFull ? repeats : 1) {
      let threads = number % 4 + 1
      XCTAssertEqual(
        try digest(name, threads: threads, scramble: UInt64(number)), expected,
        "\(threads) threads, tiles in the random order \(number)")
    }
  }

  func testMLP() throws { try check("mlp-step", repeats: 46) }
  func testMAML() throws { try check("maml-step", repeats: 46) }
  func testLSTM() throws { try check("lstm-step", repeats: 26) }
  func testCNN() throws { try check("cnn-step", repeats: 21) }
  func testSmallGPT() throws { try check("gpt-small-step", repeats: 11) }
  func testMediumGPTScaledDown() throws { try check("scale-depth-2", repeats: 26) }

  func testAnotherStepGivesOtherWeights() throws {
    let work = try BenchmarkWork("mlp-step", in: Benchmark.folder)
    try work.run(steps: 1)
    let first = try work.digestOfTrainedTensors()
    try work.run(steps: 1)
    XCTAssertNotEqual(try work.digestOfTrainedTensors(), first)
  }

  func testAWorkThatTrainsNothing() throws {
    let work = try BenchmarkWork("small-add", in: Benchmark.folder)
    XCTAssertThrowsError(try work.digestOfTrainedTensors()) { error in
      XCTAssertTrue("\(error)".contains("small-add.lua trains nothing"), "\(error)")
    }
  }
}

/// Where the works of the benchmark lie.
enum Benchmark {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("scripts/bench").path
}
