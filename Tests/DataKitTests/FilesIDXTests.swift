import Basics
import DataKit
import XCTest

final class FilesIDXTests: XCTestCase {
  private func file(_ code: UInt8, _ shape: [UInt32], _ data: [UInt8]) -> [UInt8] {
    let sizes = shape.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
    return [0, 0, code, UInt8(shape.count)] + sizes + data
  }

  private func parse(_ bytes: [UInt8]) throws -> IDXArray { try IDXArray.parse(bytes, source: "t.idx") }

  func testImages() throws {
    let array = try parse(file(0x08, [2, 2, 3], Array(0..<12)))
    XCTAssertEqual(array.shape, [2, 2, 3])
    XCTAssertEqual(array.elements, .unsignedBytes(Array(0..<12)))
  }

  func testEveryElementType() throws {
    XCTAssertEqual(try parse(file(0x09, [2], [0xff, 0x7f])).elements, .signedBytes([-1, 127]))
    XCTAssertEqual(try parse(file(0x0b, [2], [0x80, 0x00, 0x01, 0x02])).elements, .shorts([-32_768, 258]))
    XCTAssertEqual(try parse(file(0x0c, [1], [0xff, 0xff, 0xff, 0xfe])).elements, .integers([-2]))
    XCTAssertEqual(try parse(file(0x0d, [1], [0x3f, 0xc0, 0, 0])).elements, .floats([1.5]))
    XCTAssertEqual(try parse(file(0x0e, [1], [0xc0, 0x04, 0, 0, 0, 0, 0, 0])).elements, .doubles([-2.5]))
  }

  func testEmptyDimension() throws {
    XCTAssertEqual(try parse(file(0x08, [0, 28, 28], [])).shape, [0, 28, 28])
    XCTAssertEqual(try parse(file(0x0e, [.max, .max, .max, 0], [])).elements, .doubles([]))
  }

  func testLyingHeaders() {
    assertFailure(.file, "t.idx promises 2x3 elements of 4 bytes, 24 bytes, but has 23") {
      try parse(file(0x0d, [2, 3], [UInt8](repeating: 0, count: 23)))
    }
    assertFailure(.file, "t.idx promises 2 elements of 1 bytes, 2 bytes, but has 3") {
      try parse(file(0x08, [2], [1, 2, 3]))
    }
    assertFailure(
      .file,
      "t.idx promises 4294967295x4294967295x4294967295 elements of 8 bytes, more bytes than memory can address, but has 1"
    ) { try parse(file(0x0e, [.max, .max, .max], [0])) }
    assertFailure(.file, "t.idx is cut off: 255 dimensions need a header of 1024 bytes, found 4") {
      try parse([0, 0, 8, 255])
    }
  }

  func testNotIDX() {
    assertFailure(.file, "t.idx has 3 bytes, fewer than the 4 that begin an IDX file") { try parse([0, 0, 8]) }
    assertFailure(.file, "t.idx is not an IDX file: it does not begin with two zero bytes") { try parse([1, 0, 8, 1]) }
    assertFailure(.file, "t.idx has the element type 10, which IDX does not define; wanted 8, 9, 11, 12, 13 or 14") {
      try parse([0, 0, 10, 1, 0, 0, 0, 0])
    }
    assertFailure(.file, "t.idx has no dimensions, wanted at least one") { try parse([0, 0, 8, 0]) }
  }

  func testDamagedFilesNeverTrap() {
    let bytes = file(0x0b, [3, 4], Array(0..<24))
    let accepted = countAccepted(damagedCopies(of: bytes, count: 20_000, seed: 4)) { bytes in
      let array = try parse(bytes)
      XCTAssertEqual(array.shape.contains(0), bytes.count == 4 + 4 * array.shape.count)
    }
    XCTAssertTrue((1000..<19_000).contains(accepted), "\(accepted) accepted")
  }
}
