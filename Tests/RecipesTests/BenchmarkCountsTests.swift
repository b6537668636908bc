import Foundation
import Kernels
import Recipes
import XCTest

/// The works of the benchmark do neither more nor less than the table says that lies beside them.
final class BenchmarkCountsTests: XCTestCase {
  private static let isFull = ProcessInfo.processInfo.environment["PERILUNE_FULL"] == "1"

  override func tearDown() { Parallel.threads = 1 }

  func testCountsAreThoseOfTheTable() throws {
    let table = try BenchmarkCounts.read(
      try String(contentsOfFile: Benchmark.folder + "/counts.tsv", encoding: .utf8))
    let names = try BenchmarkWork.names(in: Benchmark.folder)
    XCTAssertEqual(Set(table.keys), Set(names), "the table must have a line for every work")
    let quick: Set<String> = ["small-add", "small-autograd", "mlp-step", "maml-step"]
    for name in names where Self.isFull || quick.contains(name) {
      let found = try BenchmarkWork(name, in: Benchmark.folder).counts()
      guard let expected = table[name], found != expected else { continue }
      XCTFail(
        """
        A step of \(name) makes \(found.differences(from: expected).joined(separator: ", ")). \
        If that is meant: scripts/perilune bench --counts > scripts/bench/counts.tsv
        """)
    }
  }

  func testCountsDoNotDependOnThreads() throws {
    Parallel.threads = 3
    let atThree = try BenchmarkWork("maml-step", in: Benchmark.folder).counts()
    XCTAssertEqual(Parallel.threads, 3)
    Parallel.threads = 1
    XCTAssertEqual(try BenchmarkWork("maml-step", in: Benchmark.folder).counts(), atThree)
  }

  func testATableWithOtherColumns() {
    XCTAssertThrowsError(try BenchmarkCounts.read("work\ttensors\nsmall-add\t1\n")) { error in
      XCTAssertTrue("\(error)".contains("must begin with the columns work, tensors, bytes"), "\(error)")
    }
    XCTAssertThrowsError(try BenchmarkCounts.read(BenchmarkCounts.header + "\nsmall-add\t1\n")) { error in
      XCTAssertTrue("\(error)".contains("the counts of 'small-add' must be 7 whole numbers"), "\(error)")
    }
  }

  func testDifferencesAreNamed() throws {
    let table = try BenchmarkCounts.read(BenchmarkCounts.header + "\na\t1\t2\t3\t4\t5\t6\t7\nb\t1\t2\t4\t4\t5\t6\t8\n")
    let (a, b) = (try XCTUnwrap(table["a"]), try XCTUnwrap(table["b"]))
    XCTAssertEqual(b.differences(from: a), ["recorded 4 instead of 3", "tiles 8 instead of 7"])
    XCTAssertEqual(a.line("a"), "a\t1\t2\t3\t4\t5\t6\t7")
  }
}
