import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class MixtureStreamTests: XCTestCase {
  private func stream(length: Int?, buffer: Int) throws -> RowStream {
    try RowStream(length: length, buffer: buffer, stream: testStream()) { number, random in
      var random = random
      return [("id", .integer(Int64(number))), ("u", .number(random.nextDouble())), ("name", .text("row \(number)"))]
    }
  }

  private func ids(_ stream: RowStream, batch: Int) throws -> [Int64] {
    var all: [Int64] = []
    while let rows = try stream.next(batch) { all += try rows.tensor("id").toIntegers() }
    return all
  }

  func testKeepsTheOrderWithoutABuffer() throws {
    XCTAssertEqual(try ids(stream(length: 10, buffer: 1), batch: 4), Array(1...10))
  }

  func testBufferShufflesWithinItsSize() throws {
    let given = try ids(stream(length: 300, buffer: 20), batch: 7)
    XCTAssertEqual(given.sorted(), Array(1...300))
    XCTAssertNotEqual(given, Array(1...300))
    for (place, id) in given.enumerated() {
      XCTAssertLessThanOrEqual(Int(id), place + 20, "no row comes before it is buffered")
    }
    XCTAssertEqual(given, try ids(stream(length: 300, buffer: 20), batch: 50), "batch sizes do not matter")
  }

  func testRowsDependOnTheirNumberOnly() throws {
    let plain = try XCTUnwrap(try stream(length: 40, buffer: 1).next(40))
    let shuffled = try XCTUnwrap(try stream(length: 40, buffer: 40).next(40))
    XCTAssertEqual(try shuffled.sort(by: "id").fingerprint(), try plain.fingerprint())
  }

  func testEndlessStreamsAndSkipping() throws {
    let whole = try stream(length: nil, buffer: 16)
    let first = try XCTUnwrap(try whole.next(25))
    let second = try XCTUnwrap(try whole.next(25))
    XCTAssertEqual(first.rows + second.rows, 50)
    let resumed = try stream(length: nil, buffer: 16)
    try resumed.skip(25)
    XCTAssertEqual(try XCTUnwrap(try resumed.next(25)).fingerprint(), try second.fingerprint())
    XCTAssertEqual(resumed.given, 50)
  }

  func testErrors() throws {
    assertFailure(.range, "a buffer holds at least one row and at most 2^24, found 0") {
      try stream(length: 3, buffer: 0)
    }
    assertFailure(.range, "a number of rows cannot be negative, found -1") { try stream(length: -1, buffer: 1) }
    assertFailure(.range, "wanted to skip 4 rows, but only 3 are left") { try stream(length: 3, buffer: 1).skip(4) }
    let changing = try RowStream(stream: testStream()) { number, _ in [(number < 3 ? "a" : "b", .number(1))] }
    _ = try changing.next(2)
    assertFailure(.argument, "the batch that ends with row 4 has the columns b, wanted a") { try changing.next(2) }
  }
}
