import Kernels
import XCTest

/// Products of few rows with rows of weights, against sums in Double, in whole and cut into tiles.
final class FewRowsTests: XCTestCase {
  private func numbers<T: Real>(_ count: Int, _ seed: Int, _: T.Type) -> [T] {
    (0..<count).map { T(Double(($0 * 7919 + seed * 104_729) % 2003) / 1001.5 - 1) }
  }

  private func check<T: Real>(_: T.Type, within tolerance: Double, threads: Int) {
    let before = Parallel.threads
    Parallel.threads = threads
    defer { Parallel.threads = before }
    for (m, n, k) in [
      (1, 1, 1), (1, 3, 7), (2, 4, 16), (3, 5, 17), (4, 9, 40), (1, 200, 700), (4, 203, 700), (5, 6, 33), (2, 4, 0),
    ] {
      for beta in [0.0, 1.0, -0.5] {
        let (stride, weightStride) = (k + 2, k + 1)
        let x = numbers(m * stride, 1, T.self)
        let w = numbers(n * weightStride, 2, T.self)
        let start = numbers(m * n, 3, T.self)
        var y = start
        x.withUnsafeBufferPointer { x in
          w.withUnsafeBufferPointer { w in
            y.withUnsafeMutableBufferPointer { y in
              guard let x = x.baseAddress, let w = w.baseAddress, let y = y.baseAddress else { return }
              Gemm.multiply(
                .init(x, stride: stride, transposed: false), .init(w, stride: weightStride, transposed: true), y,
                cStride: n, m: m, n: n, k: k, beta: T(beta))
            }
          }
        }
        for i in 0..<m {
          for j in 0..<n {
            let sum = (0..<k).reduce(0.0) { $0 + Double(x[i * stride + $1]) * Double(w[j * weightStride + $1]) }
            let expected = sum + beta * Double(start[i * n + j])
            XCTAssertEqual(Double(y[i * n + j]), expected, accuracy: tolerance, "\(m) \(n) \(k) at \(i) \(j)")
          }
        }
      }
    }
  }

  func testFloat() { for threads in [1, 3] { check(Float.self, within: 3e-4, threads: threads) } }
  func testDouble() { for threads in [1, 3] { check(Double.self, within: 1e-11, threads: threads) } }
}
