import Kernels
import XCTest

/// Known answers of the Random123 distribution (Salmon et al. 2011), and the order of words in a fill.
final class RandomTestsPhilox: XCTestCase {
  func testKnownAnswers() {
    func words(_ stream: UInt64, _ counter: UInt64, _ key: UInt64) -> [UInt32] {
      let block = Philox.block(key: key, stream: stream, counter: counter)
      return [block.0, block.1, block.2, block.3]
    }
    XCTAssertEqual(words(0, 0, 0), [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
    XCTAssertEqual(words(.max, .max, .max), [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
    XCTAssertEqual(
      words(0x0370_7344_1319_8A2E, 0x85A3_08D3_243F_6A88, 0x299F_31D0_A409_3822),
      [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
  }

  func testFillIsTheBlocksInOrder() {
    let stream = RandomStream(state: (5, 6, .max - 3))
    let words = filled(1_003) { RandomKernels.bits(stream, first: 0, into: $0, count: $1) } as [UInt32]
    for i in 0..<1_003 {
      let block = Philox.block(key: 5, stream: 6, counter: (UInt64.max - 3) &+ UInt64(i / 4))
      XCTAssertEqual(words[i], [block.0, block.1, block.2, block.3][i % 4])
    }
    let wide = filled(17) { RandomKernels.bits(stream, first: 0, into: $0, count: $1) } as [UInt64]
    for i in 0..<17 { XCTAssertEqual(wide[i], UInt64(words[2 * i]) | UInt64(words[2 * i + 1]) << 32) }
  }
}

/// An array that `fill` wrote through a pointer.
func filled<T>(_ count: Int, _ fill: (UnsafeMutablePointer<T>, Int) -> Void) -> [T] {
  [T](unsafeUninitializedCapacity: max(1, count)) { buffer, initialized in
    if let base = buffer.baseAddress { fill(base, count) }
    initialized = count
  }
}
