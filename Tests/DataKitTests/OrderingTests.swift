import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class OrderingTests: XCTestCase {
  /// Every ordering of 12 rows that presents each row once per epoch.
  private func permutations(of data: Dataset) throws -> [Ordering] {
    [
      .sequential(data), .shuffle(data), try .permutation(data, ids: Array((1...12).reversed())),
      try .score(data, by: "loss"), try .score(data, by: "loss", descending: true), try .grouped(data, by: "y"),
      try .grouped(data, by: "y", shuffleBlocks: true), try .roundRobin(data, by: "y"), try .cyclical(data, by: "loss"),
      try .cyclical(data, by: "loss", descending: true), try .reversed(.shuffle(data)),
      try .interleaved([.score(data, by: "loss"), .score(data, by: "loss", descending: true)]),
      try .weighted(data, by: "loss"),
      try .curriculum(data, by: "loss", pacing: .constant(1), draw: .eachEpoch),
    ]
  }

  func testEveryEpochPresentsEveryRowOnce() throws {
    let data = try sampleData()
    for ordering in try permutations(of: data) {
      for epoch in 1...6 {
        let ids = try ordering.ids(epoch: epoch, testStream())
        XCTAssertEqual(ids.sorted(), Array(1...12), "\(ordering) in epoch \(epoch)")
        XCTAssertEqual(ids, try ordering.ids(epoch: epoch, testStream()), "\(ordering) is a function of its arguments")
      }
    }
  }

  func testShuffleDiffersByEpochAndStream() throws {
    let data = try sampleData(rows: 100)
    let shuffle = Ordering.shuffle(data)
    var seen: Set<[Int]> = []
    for seed in 1...5 {
      for epoch in 1...5 { seen.insert(try shuffle.ids(epoch: epoch, testStream(seed: UInt64(seed)))) }
    }
    XCTAssertEqual(seen.count, 25)
  }

  func testScoreOrderBreaksTiesByRow() throws {
    let data = try sampleData(rows: 6).with("s", try reals([2, 1, 2, 1, -.infinity, 3], [6]))
    XCTAssertEqual(try Ordering.score(data, by: "s").ids(epoch: 1, testStream()), [5, 2, 4, 1, 3, 6])
    XCTAssertEqual(try Ordering.score(data, by: "s", descending: true).ids(epoch: 1, testStream()), [6, 1, 3, 2, 4, 5])
    XCTAssertEqual(try Ordering.reversed(.score(data, by: "s")).ids(epoch: 1, testStream()), [6, 3, 1, 4, 2, 5])
    let cyclical = try Ordering.cyclical(data, by: "s")
    XCTAssertEqual(try cyclical.ids(epoch: 3, testStream()), [5, 2, 4, 1, 3, 6])
    XCTAssertEqual(try cyclical.ids(epoch: 2, testStream()), [6, 3, 1, 4, 2, 5])
  }

  func testGroupsComeInBlocksOrByTurns() throws {
    let data = try sampleData()
    let labels = try data.tensor("y").toIntegers()
    let blocks = try Ordering.grouped(data, by: "y").ids(epoch: 2, testStream()).map { labels[$0 - 1] }
    XCTAssertEqual(blocks, [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    let turns = try Ordering.roundRobin(data, by: "y").ids(epoch: 2, testStream()).map { labels[$0 - 1] }
    XCTAssertEqual(turns, [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3])
    var firsts: Set<Int64> = []
    let shuffled = try Ordering.grouped(data, by: "y", shuffleBlocks: true)
    for epoch in 1...30 {
      let classes = try shuffled.ids(epoch: epoch, testStream()).map { labels[$0 - 1] }
      XCTAssertEqual(zip(classes, classes.dropFirst()).count { $0 != $1 }, 2, "three blocks")
      firsts.insert(classes[0])
    }
    XCTAssertEqual(firsts, [1, 2, 3])
  }

  func testInterleavedTakesTurns() throws {
    let data = try sampleData(rows: 5).with("s", try reals([1, 2, 3, 4, 5], [5]))
    let up = try Ordering.score(data, by: "s")
    let down = try Ordering.score(data, by: "s", descending: true)
    XCTAssertEqual(try Ordering.interleaved([up, down]).ids(epoch: 1, testStream()), [1, 5, 2, 4, 3])
    XCTAssertEqual(
      try Ordering.interleaved([up, down], repeats: true).ids(epoch: 1, testStream()), [1, 5, 2, 4, 3, 3, 4, 2, 5, 1])
    let shuffles = try Ordering.interleaved([.shuffle(data), .shuffle(data)], repeats: true).ids(epoch: 1, testStream())
    let first = stride(from: 0, to: 10, by: 2).map { shuffles[$0] }
    let second = stride(from: 1, to: 10, by: 2).map { shuffles[$0] }
    XCTAssertNotEqual(first, second, "two shuffles have chances of their own")
  }

  func testWeightedDrawsFollowTheWeights() throws {
    let data = try sampleData(rows: 4).with("w", try reals([0, 1, 1, 2], [4]))
    let without = try Ordering.weighted(data, by: "w")
    let with = try Ordering.weighted(data, by: "w", replacement: true)
    var firsts = [0, 0, 0, 0]
    var draws = [0, 0, 0, 0]
    for epoch in 1...2000 {
      let ids = try without.ids(epoch: epoch, testStream())
      XCTAssertEqual(ids.sorted(), [2, 3, 4], "a row of weight 0 never comes")
      firsts[ids[0] - 1] += 1
      for id in try with.ids(epoch: epoch, testStream()) { draws[id - 1] += 1 }
    }
    // Four standard deviations: 2000 draws with p = 1/2 and 8000 draws with p = 1/2.
    XCTAssertEqual(Double(firsts[3]), 1000, accuracy: 90)
    XCTAssertEqual(Double(firsts[1]), 500, accuracy: 80)
    XCTAssertEqual(Double(draws[3]), 4000, accuracy: 180)
    XCTAssertEqual(draws[0], 0)
  }

  func testCurriculumDrawsAmongTheAvailableOnly() throws {
    let data = try sampleData(rows: 40)
    let easiest = try Ordering.score(data, by: "loss").ids(epoch: 1, testStream())
    let curriculum = try Ordering.curriculum(data, by: "loss", pacing: .linear(from: 0.2, to: 1, over: .steps(100)))
    XCTAssertTrue(curriculum.drawsEachStep)
    for step in [1, 2, 50, 100, 101, 500] {
      let fraction = min(1, 0.2 + 0.8 * Double(step - 1) / 100)
      let available = Set(easiest.prefix(Int((40 * fraction - 1e-6).rounded(.up))))
      var seen: Set<Int> = []
      for seed in 1...60 {
        let ids = try curriculum.draw(6, at: TrainingMoment(step: step), testStream(seed: UInt64(seed)))
        XCTAssertEqual(Set(ids).count, 6, "distinct within a step")
        seen.formUnion(ids)
      }
      XCTAssertEqual(seen, available, "at step \(step)")
    }
    let twice = try curriculum.draw(20, at: TrainingMoment(step: 1), testStream())
    XCTAssertEqual(twice.count, 20)
    for id in easiest.prefix(8) {
      XCTAssertTrue((2...3).contains(twice.count { $0 == id }), "8 available rows, 20 wanted")
    }
  }

  func testCurriculumByEpochsIsOnePassOverTheEasiest() throws {
    let data = try sampleData(rows: 16)
    let easiest = try Ordering.score(data, by: "loss", descending: true).ids(epoch: 1, testStream())
    let cycle = try Ordering.curriculum(data, by: "loss", descending: true, pacing: .cycle(from: 0.25))
    XCTAssertFalse(cycle.drawsEachStep)
    for (epoch, size) in zip(1..., [4, 8, 16, 8, 4, 8, 16]) {
      XCTAssertEqual(try cycle.ids(epoch: epoch, testStream()).sorted(), easiest.prefix(size).sorted())
    }
  }

  func testEmptyDataHasEmptyEpochs() throws {
    let empty = try sampleData().take(0)
    for ordering in [Ordering.shuffle(empty), try .score(empty, by: "loss"), try .weighted(empty, by: "loss")] {
      XCTAssertEqual(try ordering.ids(epoch: 1, testStream()), [])
    }
  }

  func testErrors() throws {
    let data = try sampleData(rows: 3)
    assertFailure(.shape, "an order of 3 rows needs as many ids, found 2") {
      try Ordering.permutation(data, ids: [1, 2])
    }
    assertFailure(.argument, "row 2 occurs twice in the order") { try Ordering.permutation(data, ids: [1, 2, 2]) }
    assertFailure(.range, "row 4 does not exist: ids go from 1 to 3") {
      try Ordering.permutation(data, ids: [1, 4, 2])
    }
    assertFailure(.dtype, "column 'name' holds text, wanted one number per row") {
      try Ordering.score(data, by: "name")
    }
    assertFailure(.shape, "column 'x' has the shape {3, 2}, wanted one number per row") {
      try Ordering.score(data, by: "x")
    }
    let holes = try data.with("s", try reals([1, .nan, 2], [3]))
    assertFailure(.numerics, "column 's' is NaN in row 2, wanted a number in every row") {
      try Ordering.curriculum(holes, by: "s", pacing: .constant(1))
    }
    let stepwise = try Ordering.curriculum(data, by: "loss", pacing: .linear(from: 0.5))
    assertFailure(
      .argument, "an ordering that draws at each step cannot be reversed; sort its scores descending instead"
    ) { try Ordering.reversed(stepwise) }
    assertFailure(.argument, "an ordering that draws at each step cannot be interleaved") {
      try Ordering.interleaved([stepwise])
    }
    assertFailure(.shape, "the orderings are of different data: 3 rows and 2 rows") {
      try Ordering.interleaved([.shuffle(data), .shuffle(data.take(2))])
    }
    assertFailure(.argument, "this ordering goes by epochs and does not draw single steps") {
      try Ordering.shuffle(data).draw(1, at: TrainingMoment(), testStream())
    }
    assertFailure(.range, "epochs count from 1, found 0") { try Ordering.shuffle(data).ids(epoch: 0, testStream()) }
    let zero = try data.with("w", try Tensor.zeros([3]))
    assertFailure(.range, "column 'w' has no positive weight") { try Ordering.weighted(zero, by: "w") }
  }
}
