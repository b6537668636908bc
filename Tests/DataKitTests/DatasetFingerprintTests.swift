import DataKit
import Tensors
import XCTest

final class DatasetFingerprintTests: XCTestCase {
  func testStaysTheSameForever() throws {
    XCTAssertEqual(try Dataset().with("a", try Tensor.from([1.0, 2], shape: [2])).fingerprint(), "c82c0a99391e47fe")
    XCTAssertEqual(try Dataset().with("t", ["é", ""]).fingerprint(), "18ec89311730f7c8")
  }

  func testDependsOnContentsOnly() throws {
    let data = try sampleData()
    let rebuilt = try Dataset.concat([data.take(5), data.skip(5)])
    XCTAssertEqual(try rebuilt.fingerprint(), try data.fingerprint())
  }

  func testEveryDifferenceShows() throws {
    let values: [Double] = [1, 2, 3, 4]
    func one(_ name: String, _ shape: Shape, _ dtype: DType, _ values: [Double]) throws -> String {
      try Dataset().with(name, try Tensor.from(values, shape: shape, dtype)).fingerprint()
    }
    var seen: [String] = [
      try one("a", [4], .float32, values), try one("b", [4], .float32, values), try one("a", [4, 1], .float32, values),
      try one("a", [2, 2], .float32, values), try one("a", [4], .float64, values), try one("a", [4], .int64, values),
      try one("a", [4], .bool, values), try one("a", [4], .float32, [1, 2, 4, 3]),
      try one("a", [4], .float32, [0, 2, 3, 4]), try one("a", [4], .float32, [-0.0, 2, 3, 4]),
      try Dataset().with("a", ["ab", "c"]).fingerprint(), try Dataset().with("a", ["a", "bc"]).fingerprint(),
      try Dataset().with("a", ["a", "b", "c"]).fingerprint(), try Dataset().fingerprint(),
    ]
    let data = try sampleData()
    seen += try [data, data.take(11), data.gather(Array(1...11) + [11]), data.select(["y", "x", "name", "loss"])].map {
      try $0.fingerprint()
    }
    XCTAssertEqual(Set(seen).count, seen.count)
    for text in seen { XCTAssertEqual(text.count, 16) }
  }

  /// Each of 64,000 single-bit changes gives another hash.
  func testSingleBitsShow() throws {
    let tensor = try Tensor.zeros([1000], .int64)
    var seen: Set<UInt64> = []
    for place in 0..<1000 {
      for bit in 0..<64 {
        tensor.integers[place] = Int64(bitPattern: 1 << UInt64(bit))
        var hash = ContentHash()
        hash.add(bytes: UnsafeRawBufferPointer(start: tensor.integers, count: 8000))
        seen.insert(hash.value)
      }
      tensor.integers[place] = 0
    }
    XCTAssertEqual(seen.count, 64_000)
  }
}
