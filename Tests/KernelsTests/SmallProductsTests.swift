import Kernels
import XCTest

/// Batches of small products in every layout, against sums in Double; every element has the same bits wherever it stands.
final class SmallProductsTests: XCTestCase {
  private static let sizes = [
    (1, 1, 1), (1, 40, 10), (10, 40, 1), (10, 40, 40), (40, 40, 10), (40, 1, 10), (10, 1, 40), (3, 7, 5), (5, 9, 17),
    (4, 8, 8), (6, 3, 20), (2, 31, 33),
  ]

  private func numbers<T: Real>(_ count: Int, _ seed: Int, _: T.Type) -> [T] {
    (0..<count).map { T(Double(($0 * 7919 + seed * 104_729) % 2003) / 1001.5 - 1) }
  }

  private func products<T: Real>(
    _ a: [T], _ aStride: Int, _ aTransposed: Bool, _ b: [T], _ bStride: Int, _ bTransposed: Bool, batch: Int, m: Int,
    n: Int, k: Int, aStep: Int, bStep: Int
  ) -> [T] {
    var c = [T](repeating: 0, count: batch * m * n)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          let left = Gemm.Operand(a, stride: aStride, transposed: aTransposed)
          let right = Gemm.Operand(b, stride: bStride, transposed: bTransposed)
          XCTAssertTrue(SmallProducts.suit(left, right, m: m, n: n, k: k))
          func one(_ value: Int) -> StridedWalk.Extents { [value, 0, 0, 0, 0, 0, 0, 0] }
          SmallProducts.multiply(
            left, right, c, count: batch, m: m, n: n, k: k,
            over: StridedWalk(rank: 1, sizes: one(batch), one(aStep), one(bStep)))
        }
      }
    }
    return c
  }

  private func check<T: Real>(_: T.Type, within tolerance: Double) {
    let batch = 5
    for (m, n, k) in Self.sizes {
      for (aTransposed, bTransposed) in [(false, false), (true, false), (false, true)] {
        let aStride = (aTransposed ? m : k) + 1
        let bStride = (bTransposed ? k : n) + 2
        let (aStep, bStep) = (aStride * (aTransposed ? k : m), bStride * (bTransposed ? n : k))
        let a = numbers(aStep * batch, 1, T.self)
        let b = numbers(bStep * batch, 2, T.self)
        let c = products(
          a, aStride, aTransposed, b, bStride, bTransposed, batch: batch, m: m, n: n, k: k, aStep: aStep, bStep: bStep)
        for which in 0..<batch {
          for i in 0..<m {
            for j in 0..<n {
              let sum = (0..<k).reduce(0.0) { sum, p in
                let x = a[which * aStep + (aTransposed ? p * aStride + i : i * aStride + p)]
                let y = b[which * bStep + (bTransposed ? j * bStride + p : p * bStride + j)]
                return sum + Double(x) * Double(y)
              }
              XCTAssertEqual(
                Double(c[(which * m + i) * n + j]), sum, accuracy: tolerance,
                "\(m) \(n) \(k) \(aTransposed) \(bTransposed) at \(which) \(i) \(j)")
            }
          }
        }
      }
    }
  }

  func testFloat() { check(Float.self, within: 2e-5) }
  func testDouble() { check(Double.self, within: 1e-12) }

  func testOneOperandForAll() {
    let (a, b) = (numbers(3 * 6 * 8, 1, Float.self), numbers(8 * 9, 2, Float.self))
    let shared = products(a, 8, false, b, 9, false, batch: 3, m: 6, n: 9, k: 8, aStep: 48, bStep: 0)
    let repeated = products(a, 8, false, b + b + b, 9, false, batch: 3, m: 6, n: 9, k: 8, aStep: 48, bStep: 72)
    XCTAssertEqual(shared.map(\.bitPattern), repeated.map(\.bitPattern))
  }

  func testThreads() {
    defer { Parallel.threads = 1 }
    let (a, b) = (numbers(300 * 400, 1, Float.self), numbers(300 * 1600, 2, Float.self))
    func bits() -> [UInt32] {
      products(a, 40, false, b, 40, false, batch: 300, m: 10, n: 40, k: 40, aStep: 400, bStep: 1600).map(\.bitPattern)
    }
    Parallel.threads = 1
    let expected = bits()
    Parallel.threads = 3
    XCTAssertEqual(bits(), expected)
  }

  func testWhatIsLeftToBLAS() {
    let x = numbers(64, 1, Float.self)
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress else { return }
      let plain = Gemm.Operand(x, stride: 4, transposed: false)
      let turned = Gemm.Operand(x, stride: 4, transposed: true)
      XCTAssertFalse(SmallProducts.suit(turned, turned, m: 4, n: 4, k: 4))
      XCTAssertFalse(SmallProducts.suit(plain, plain, m: 32, n: 32, k: 33))
      XCTAssertFalse(SmallProducts.suit(plain, plain, m: 1 << 40, n: 1 << 40, k: 1 << 40))
      XCTAssertFalse(SmallProducts.suit(plain, plain, m: 4, n: 4, k: 0))
    }
  }
}
