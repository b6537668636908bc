import Kernels
import XCTest

/// Arithmetic in one pass against the same steps over whole arrays.
final class ElementProgramTests: XCTestCase {
  private func numbers<T: Real>(_ count: Int, seed: Int) -> [T] {
    (0..<count).map { index -> T in
      let whole = (index * 7_919 + seed * 13) % 1_009
      return T(whole) / 1_009
    }
  }

  private func check<T: Real>(
    _: T.Type, threads: Int, run: (ElementProgram, [UnsafePointer<T>], UnsafeMutablePointer<T>, Int) -> Void
  ) {
    let before = Parallel.threads
    Parallel.threads = threads
    defer { Parallel.threads = before }
    // a / (a - b) + 3 * (b - c), where the second operand of the sum reads b and c as its first and second array.
    let a = ElementProgram()
    let difference = ElementProgram(.subtract, a, ElementProgram(), places: [1])
    let left = ElementProgram(.divide, a, difference, places: [0, 1])
    let right = ElementProgram(.multiply, difference, number: 3, numberOnLeft: true)
    let program = ElementProgram(.add, left, right, places: [1, 2])
    XCTAssertEqual(program.sourceCount, 3)
    XCTAssertEqual(program.stepCount, 5)
    for count in [0, 1, 7, 511, 1_024, 4_099, 100_003] {
      let sources: [[T]] = (0..<3).map { numbers(count, seed: $0) }
      var result = [T](repeating: 0, count: count + 1)
      result.withUnsafeMutableBufferPointer { result in
        sources[0].withUnsafeBufferPointer { a in
          sources[1].withUnsafeBufferPointer { b in
            sources[2].withUnsafeBufferPointer { c in
              guard let to = result.baseAddress, let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress
              else { return }
              run(program, [a, b, c], to, count)
              run(ElementProgram(), [b], to, 0)
            }
          }
        }
      }
      let wanted = (0..<count).map { i -> T in
        let (a, b, c) = (sources[0][i], sources[1][i], sources[2][i])
        let (quotient, product) = (a / (a - b), 3 * (b - c))
        return quotient + product
      }
      XCTAssertTrue(zip(result, wanted).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }, "\(count) numbers")
      XCTAssertEqual(result[count], 0)
    }
  }

  func testFloat() {
    for threads in [1, 3] { check(Float.self, threads: threads) { $0.run($1, into: $2, count: $3) } }
  }
  func testDouble() {
    for threads in [1, 3] { check(Double.self, threads: threads) { $0.run($1, into: $2, count: $3) } }
  }

  func testASourceAloneIsCopied() {
    let source: [Float] = [3, 1, 2]
    var result: [Float] = [0, 0, 0]
    source.withUnsafeBufferPointer { from in
      result.withUnsafeMutableBufferPointer { to in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        ElementProgram().run([from], into: to, count: 3)
      }
    }
    XCTAssertEqual(result, source)
  }
}
