import Kernels
import XCTest

/// Products of all transpositions, sizes and layouts, against sums in Double.
final class GemmTests: XCTestCase {
  /// Sizes on both sides of what strips, panels, blocks of the depth and tiles hold.
  private static let sizes = [
    (1, 1, 1), (1, 17, 5), (5, 1, 9), (7, 3, 4), (6, 16, 8), (7, 17, 9), (12, 32, 64), (13, 33, 65), (8, 15, 321),
    (64, 256, 64), (101, 77, 53), (30, 40, 700), (200, 100, 30), (65, 515, 40), (390, 70, 64),
  ]

  private func numbers<T: Real>(_ count: Int, _ seed: Int, _: T.Type) -> [T] {
    (0..<count).map { T(Double(($0 &* 7919 &+ seed &* 104_729) % 2003) / 1001.5 - 1) }
  }

  /// One product; operands have gaps between their stored rows.
  private func product<T: Real>(
    _ m: Int, _ n: Int, _ k: Int, _ transposed: (Bool, Bool), beta: Double, bias: [T]?, a: [T], b: [T], c: [T], gap: Int
  ) -> [T] {
    var y = c
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        y.withUnsafeMutableBufferPointer { y in
          guard let a = a.baseAddress, let b = b.baseAddress, let y = y.baseAddress else { return }
          func run(_ bias: UnsafePointer<T>?) {
            Gemm.multiply(
              .init(a, stride: (transposed.0 ? m : k) + gap, transposed: transposed.0),
              .init(b, stride: (transposed.1 ? k : n) + gap, transposed: transposed.1), y, cStride: n + gap, m: m, n: n,
              k: k, beta: T(beta), bias: bias)
          }
          if let bias { bias.withUnsafeBufferPointer { run($0.baseAddress) } } else { run(nil) }
        }
      }
    }
    return y
  }

  private func check<T: Real>(_: T.Type, tolerance: Double) {
    for (m, n, k) in Self.sizes {
      for transposed in [(false, false), (false, true), (true, false), (true, true)] {
        for (beta, biased, gap) in [(0.0, false, 0), (1, false, 3), (-0.5, false, 1), (0, true, 2)] {
          let a = numbers((transposed.0 ? k : m) * ((transposed.0 ? m : k) + gap), 1, T.self)
          let b = numbers((transposed.1 ? n : k) * ((transposed.1 ? k : n) + gap), 2, T.self)
          let start = numbers(m * (n + gap), 3, T.self)
          let bias = numbers(n, 4, T.self)
          let y = product(
            m, n, k, transposed, beta: beta, bias: biased ? bias : nil, a: a, b: b, c: start, gap: gap)
          let (aRow, aStep) = transposed.0 ? (1, m + gap) : (k + gap, 1)
          let (bStep, bColumn) = transposed.1 ? (1, k + gap) : (n + gap, 1)
          var worst = 0.0
          for i in stride(from: 0, to: m, by: max(1, m / 23)) {
            for j in 0..<(n + gap) {
              var expected = Double(start[i * (n + gap) + j])
              if j < n {
                let sum = (0..<k).reduce(0.0) {
                  $0 + Double(a[i * aRow + $1 * aStep]) * Double(b[$1 * bStep + j * bColumn])
                }
                expected = sum + beta * expected + (biased ? Double(bias[j]) : 0)
              }
              worst = max(worst, abs(Double(y[i * (n + gap) + j]) - expected))
            }
          }
          XCTAssertLessThan(worst, tolerance, "\(m) \(n) \(k) \(transposed) beta \(beta) bias \(biased)")
        }
      }
    }
  }

  func testFloat() { check(Float.self, tolerance: 3e-4) }
  func testDouble() { check(Double.self, tolerance: 1e-11) }

  func testNoDepthScalesOrClears() {
    let start: [Float] = [1, .nan, 3, 4, 5, 6]
    XCTAssertEqual(
      product(2, 3, 0, (false, false), beta: 0, bias: nil, a: [0], b: [0], c: start, gap: 0), [0, 0, 0, 0, 0, 0])
    let half: [Float] = product(
      2, 3, 0, (false, false), beta: 0.5, bias: nil, a: [0], b: [0], c: [2, 4, 6, 8, 10, 12], gap: 0)
    XCTAssertEqual(half, [1, 2, 3, 4, 5, 6])
    let biased = product(2, 3, 0, (false, false), beta: 0, bias: [7, 8, 9], a: [0], b: [0], c: start, gap: 0)
    XCTAssertEqual(biased, [7, 8, 9, 7, 8, 9])
    XCTAssertEqual(product(0, 3, 4, (false, false), beta: 0, bias: nil, a: [0], b: [0], c: start, gap: 0).count, 6)
  }

  /// What is not a number spreads along its row or column and nowhere else; with a factor of 0 the former result is not
  /// read.
  func testNotANumberAndInfinity() {
    let (m, n, k) = (13, 35, 20)
    for transposed in [(false, false), (false, true), (true, false), (true, true)] {
      var a = [Float](repeating: 1, count: m * k)
      var b = [Float](repeating: 1, count: k * n)
      a[transposed.0 ? 3 * m + 12 : 12 * k + 3] = .nan
      b[transposed.1 ? 34 * k + 19 : 19 * n + 34] = .infinity
      let y = product(
        m, n, k, transposed, beta: 0, bias: nil, a: a, b: b, c: [Float](repeating: .nan, count: m * n), gap: 0)
      for i in 0..<m {
        for j in 0..<n {
          if i == 12 {
            XCTAssertTrue(y[i * n + j].isNaN, "\(i) \(j)")
          } else {
            XCTAssertEqual(y[i * n + j], j == 34 ? .infinity : 20, "\(i) \(j)")
          }
        }
      }
    }
  }

  func testSameBitsAtAnyNumberOfThreadsAndInAnyOrder() {
    let before = Parallel.threads
    defer {
      Parallel.threads = before
      Parallel.scrambleOrder(0)
    }
    for (m, n, k) in [(64, 256, 256), (256, 64, 64), (500, 130, 400), (40, 1100, 70), (1000, 20, 33), (300, 300, 700)] {
      for transposed in [(false, false), (false, true), (true, false), (true, true)] {
        let (a, b) = (numbers(m * k, 1, Float.self), numbers(k * n, 2, Float.self))
        let (start, bias) = (numbers(m * n, 3, Float.self), numbers(n, 4, Float.self))
        var first: [Float]?
        for (threads, order) in [(1, 0), (2, 0), (3, 7), (4, 12345)] as [(Int, UInt64)] {
          Parallel.threads = threads
          Parallel.scrambleOrder(order)
          let y = product(m, n, k, transposed, beta: 0, bias: bias, a: a, b: b, c: start, gap: 0)
          if let first { XCTAssertTrue(y == first, "\(m) \(n) \(k) \(transposed) \(threads)") } else { first = y }
        }
      }
    }
  }

  /// A row's bits do not depend on the rows that are computed with it, from five rows on.
  func testRowsDoNotSeeEachOther() {
    let (n, k) = (70, 650)
    let (a, b) = (numbers(400 * k, 1, Float.self), numbers(k * n, 2, Float.self))
    let whole = product(
      400, n, k, (false, true), beta: 0, bias: nil, a: a, b: b, c: [Float](repeating: 0, count: 400 * n), gap: 0)
    for (first, count) in [(0, 5), (7, 8), (100, 63), (250, 150)] {
      let part = product(
        count, n, k, (false, true), beta: 0, bias: nil, a: Array(a[(first * k)..<((first + count) * k)]), b: b,
        c: [Float](repeating: 0, count: count * n), gap: 0)
      XCTAssertTrue(part == Array(whole[(first * n)..<((first + count) * n)]), "\(first) \(count)")
    }
  }

  /// A right operand so large that its panels are made in pieces.
  func testLargeRightOperand() {
    let (m, n, k) = (200, 14_000, 650)
    let (a, b) = (numbers(m * k, 1, Float.self), numbers(k * n, 2, Float.self))
    let start = numbers(m * n, 3, Float.self)
    let y = product(m, n, k, (false, false), beta: 1, bias: nil, a: a, b: b, c: start, gap: 0)
    for (i, j) in [(0, 0), (0, 13_999), (3, 7000), (150, 512), (199, 13_999), (199, 1)] {
      let sum = (0..<k).reduce(Double(start[i * n + j])) { $0 + Double(a[i * k + $1]) * Double(b[$1 * n + j]) }
      XCTAssertEqual(Double(y[i * n + j]), sum, accuracy: 3e-4)
    }
  }

  func testBatchesEqualSingleProducts() {
    for (m, n, k, batch) in [(3, 4, 5, 7), (40, 33, 20, 5), (150, 140, 130, 3)] {
      let (a, b) = (numbers(batch * m * k, 1, Float.self), numbers(k * n, 2, Float.self))
      var y = [Float](repeating: .nan, count: batch * m * n)
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          y.withUnsafeMutableBufferPointer { y in
            guard let a = a.baseAddress, let b = b.baseAddress, let y = y.baseAddress else { return }
            Gemm.multiplyBatch(
              .init(a, stride: k, transposed: false), aOffsets: (0..<batch).map { $0 * m * k },
              .init(b, stride: n, transposed: false), bOffsets: Array(repeating: 0, count: batch), y, m: m, n: n, k: k)
          }
        }
      }
      for i in 0..<(batch * m) {
        for j in 0..<n {
          let sum = (0..<k).reduce(0.0) { $0 + Double(a[i * k + $1]) * Double(b[$1 * n + j]) }
          XCTAssertEqual(Double(y[i * n + j]), sum, accuracy: 1e-4)
        }
      }
    }
  }
}
