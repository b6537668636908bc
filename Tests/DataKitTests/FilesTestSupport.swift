import Basics
import DataKit
import XCTest

/// A fixed stream of 64-bit numbers (SplitMix64; Steele, Lea and Flood 2014), so that every run flips the same bytes.
struct FixedNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Copies of `bytes` with one to four bytes changed, and now and then cut off.
func damagedCopies(of bytes: [UInt8], count: Int, seed: UInt64) -> [[UInt8]] {
  var numbers = FixedNumbers(seed: seed)
  return (0..<count).map { _ in
    var copy = bytes
    for _ in 0...numbers.below(4) { copy[numbers.below(copy.count)] = UInt8(truncatingIfNeeded: numbers.next()) }
    if numbers.below(4) == 0 { copy.removeLast(numbers.below(copy.count)) }
    return copy
  }
}

/// Checks that `body` throws a `Failure` of this kind with exactly this message.
func assertFailure<Value>(
  _ kind: Failure.Kind, _ message: String, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws -> Value
) {
  do {
    let value = try body()
    XCTFail("no error, but \(value)", file: file, line: line)
  } catch let failure as Failure {
    XCTAssertEqual(failure.kind, kind, file: file, line: line)
    XCTAssertEqual(failure.message, message, file: file, line: line)
  } catch {
    XCTFail("an error that is no Failure: \(error)", file: file, line: line)
  }
}

/// Runs `body` on each input; it may throw `Failure` and nothing else. Returns how many inputs it accepted.
func countAccepted(
  _ inputs: [[UInt8]], file: StaticString = #filePath, line: UInt = #line, _ body: ([UInt8]) throws -> Void
) -> Int {
  inputs.reduce(into: 0) { accepted, input in
    do {
      try body(input)
      accepted += 1
    } catch let failure as Failure {
      XCTAssertFalse(failure.message.isEmpty, file: file, line: line)
    } catch {
      XCTFail("an error that is no Failure: \(error)", file: file, line: line)
    }
  }
}
