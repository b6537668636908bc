import Basics
import DataKit
import XCTest

final class FilesGzipTests: XCTestCase {
  /// `printf 'curriculum\n' | gzip -n9`
  private let member: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0x2e, 0x2d, 0x2a, 0xca, 0x4c, 0x2e, 0xcd, 0x29,
    0xcd, 0xe5, 0x02, 0x00,
  ]
  /// Checksum and length.
  private let trailer: [UInt8] = [0x3e, 0x77, 0xc1, 0x30, 0x0b, 0x00, 0x00, 0x00]
  private var compressed: [UInt8] { member + trailer }
  private let text = Array("curriculum\n".utf8)

  func testInflates() throws {
    XCTAssertEqual(try Gzip.inflate(compressed, source: "a.gz"), text)
  }

  func testJoinsMembers() throws {
    XCTAssertEqual(try Gzip.inflate(compressed + compressed, source: "a.gz"), text + text)
  }

  func testLimitIsExact() throws {
    XCTAssertEqual(try Gzip.inflate(compressed, source: "a.gz", limit: text.count), text)
    assertFailure(.memory, "a.gz inflates to more than the limit of 10 bytes") {
      try Gzip.inflate(compressed, source: "a.gz", limit: text.count - 1)
    }
  }

  func testEveryTruncationIsRefused() {
    for length in 2..<compressed.count {
      assertFailure(.file, "a.gz is cut off: its gzip data ends after \(length) bytes without a closing checksum") {
        try Gzip.inflate(Array(compressed.prefix(length)), source: "a.gz")
      }
    }
  }

  func testNotGzip() {
    for bytes in [[], [0x1f], Array("a,b\n".utf8)] as [[UInt8]] {
      assertFailure(.file, "a.gz is not a gzip file: it does not begin with the bytes 1f 8b") {
        try Gzip.inflate(bytes, source: "a.gz")
      }
    }
  }

  func testTextBehindTheEnd() {
    assertFailure(.file, "a.gz has 3 bytes behind the end of its gzip data, which do not belong there") {
      try Gzip.inflate(compressed + [1, 2, 3], source: "a.gz")
    }
  }

  func testWrongChecksumAndLength() {
    for position in member.count..<compressed.count {
      var wrong = compressed
      wrong[position] ^= 1
      let reason = position < member.count + 4 ? "incorrect data check" : "incorrect length check"
      XCTAssertThrowsError(try Gzip.inflate(wrong, source: "a.gz")) { error in
        let message = (error as? Failure)?.message ?? ""
        XCTAssertTrue(message.hasPrefix("a.gz is damaged: ") && message.hasSuffix("(\(reason))"), message)
      }
    }
  }

  func testFlippedBytesNeverChangeTheContent() {
    let accepted = countAccepted(damagedCopies(of: compressed, count: 4000, seed: 1)) { bytes in
      let inflated = try Gzip.inflate(bytes, source: "a.gz", limit: 1 << 16)
      XCTAssertEqual(inflated, text)
    }
    XCTAssertLessThan(accepted, 2000, "only bytes that gzip ignores may change: the header's time and system")
  }
}
