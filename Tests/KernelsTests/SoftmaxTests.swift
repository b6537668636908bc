import Foundation
import Kernels
import XCTest

/// Softmax of rows against sums in Double, and at the edges: masked places, infinity, NaN.
final class SoftmaxTests: XCTestCase {
  private func softmax<T: Real>(_ rows: [[T]], logarithm: Bool = false) -> [[T]] {
    let width = rows[0].count
    let source = rows.flatMap { $0 }
    var result = source
    source.withUnsafeBufferPointer { from in
      result.withUnsafeMutableBufferPointer { to in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        Softmax.rows(from, to, rows: rows.count, width: width, logarithm: logarithm)
      }
    }
    return (0..<rows.count).map { Array(result[($0 * width)..<(($0 + 1) * width)]) }
  }

  private func check<T: Real>(_: T.Type, _ tolerance: Double) {
    for width in [1, 2, 7, 8, 33, 257, 1_024] {
      let rows: [[T]] = (0..<5).map { r in
        (0..<width).map { i -> T in
          let whole = (i * 7_919 + r * 31) % 1_013
          return T(whole) / 40 - 14
        }
      }
      let (plain, logs) = (softmax(rows), softmax(rows, logarithm: true))
      for (r, row) in rows.enumerated() {
        let numbers: [Double] = row.map { Double($0) }
        let top: Double = numbers.max() ?? 0
        var sum = 0.0
        for x in numbers { sum += Foundation.exp(x - top) }
        for (i, x) in numbers.enumerated() {
          let wanted: Double = Foundation.exp(x - top) / sum
          XCTAssertEqual(Double(plain[r][i]), wanted, accuracy: tolerance * wanted + 1e-300)
          XCTAssertEqual(Double(logs[r][i]), Foundation.log(wanted), accuracy: tolerance * 10)
        }
      }
    }
  }

  func testFloat() { check(Float.self, 4e-6) }
  func testDouble() { check(Double.self, 1e-14) }

  func testEdges() {
    func check<T: Real>(_: T.Type) {
      let low = -T.infinity
      let rows: [[T]] = [
        [low, 0, low, 0], [-1e30, 3, 3, -200], [low, low, low, low], [1, .nan, 2, 3], [.infinity, 1, 2, 3],
        [0, -0.0, 0, -0.0], [-5, -6, -7, -5], [3, 2, 1, -(.nan)],
      ]
      let y = softmax(rows)
      XCTAssertEqual(y[0], [0, 0.5, 0, 0.5])
      XCTAssertEqual(y[1].prefix(3), [0, 0.5, 0.5])
      XCTAssertEqual(Double(y[1][3]), 0, accuracy: 1e-37)
      XCTAssertTrue(y[2].allSatisfy(\.isNaN))
      XCTAssertTrue(y[3].allSatisfy(\.isNaN))
      XCTAssertTrue(y[4][0].isNaN)
      XCTAssertEqual(y[5], [0.25, 0.25, 0.25, 0.25])
      XCTAssertEqual(y[6][0], y[6][3])
      XCTAssertGreaterThan(y[6][0], y[6][1])
      XCTAssertTrue(y[7].allSatisfy(\.isNaN))
    }
    check(Float.self)
    check(Double.self)
  }
}
