import Foundation
import Kernels
import XCTest

/// The stated error of every function of `Float`, against Double, over all bit patterns at a stride.
final class MathTestsFloat: XCTestCase {
  /// 65,000 values in the quick tier, 4 million with PERILUNE_FULL=1, all 2^32 with PERILUNE_EVERY_FLOAT=1.
  private var step: UInt64 {
    let environment = ProcessInfo.processInfo.environment
    if environment["PERILUNE_EVERY_FLOAT"] == "1" { return 1 }
    return environment["PERILUNE_FULL"] == "1" ? 1_009 : 65_537
  }

  /// The largest error in ulp of the exact result, infinite where kinds or signs of zero differ.
  private func check(
    _ limit: Double, _ function: (Float) -> Float, _ reference: (Double) -> Double, above lowest: Float = -.infinity,
    line: UInt = #line
  ) {
    var worst = 0.0
    var place: Float = 0
    func visit(_ x: Float) {
      if x < lowest { return }
      let error = ulps(function(x), reference(Double(x)))
      if error > worst { (worst, place) = (error, x) }
    }
    for bits in Swift.stride(from: UInt64(0), to: 1 << 32, by: UInt64.Stride(step)) {
      visit(Float(bitPattern: UInt32(bits)))
    }
    // Densely where results are ordinary, and the edges.
    for i in -4_000...4_000 { visit(Float(i) * 0.00317) }
    for edge: Float in [0, .infinity, .nan, 1, 2, .pi, .leastNonzeroMagnitude, .leastNormalMagnitude] {
      for x in [edge, -edge] { for y in [x.nextDown, x, x.nextUp] { visit(y) } }
    }
    XCTAssertLessThanOrEqual(
      worst, limit, "at \(place): \(function(place)), not \(reference(Double(place)))", line: line)
  }

  private func ulps(_ value: Float, _ exact: Double) -> Double {
    let rounded = Float(exact)
    if value.isNaN || rounded.isNaN { return value.isNaN && rounded.isNaN ? 0 : .infinity }
    if value == rounded && value.isInfinite { return 0 }
    if value == 0 && rounded == 0 && value.sign != rounded.sign { return .infinity }
    // The neighbour of infinity is the largest number.
    if value.isInfinite || rounded.isInfinite {
      let (a, b) = value.isInfinite ? (value, rounded) : (rounded, value)
      return a.sign == b.sign && b.magnitude == .greatestFiniteMagnitude ? 1 : .infinity
    }
    return abs(Double(value) - exact) / Double(max(rounded.ulp, .leastNonzeroMagnitude))
  }

  func testExponentials() {
    check(1, Float.exp, exp)
    check(1.5, Float.expm1, expm1)
    check(2.3, Float.sigmoid, Double.sigmoid)
    check(2.5, Float.silu, Double.silu)
    check(2.6, Float.tanh, tanh)
    check(3, Float.geluTanh, Double.geluTanh, above: -1)
  }

  func testExponentialsBelowZero() {
    for i in 0...87_000 {
      let x = -Float(i) / 1_000
      XCTAssertEqual(Float.expOfNonPositive(x), Float.exp(x), "at \(x)")
    }
    for x: Float in [-87.01, -88, -104, -200, -1e30, -.greatestFiniteMagnitude, -.infinity] {
      XCTAssertEqual(Float.expOfNonPositive(x), 0)
    }
    XCTAssertEqual(Float.expOfNonPositive(-0.0), 1)
    XCTAssertTrue(Float.expOfNonPositive(.nan).isNaN)
  }

  func testGeluTanhInTheTail() {
    for x: Float in [-12, -13, -14, -1e10, -.greatestFiniteMagnitude, -.infinity, -0.0] {
      XCTAssertEqual(Float.geluTanh(x).bitPattern, Float(-0.0).bitPattern, "at \(x)")
    }
    for x: Float in [12, 1e10, .greatestFiniteMagnitude, .infinity, 0] { XCTAssertEqual(Float.geluTanh(x), x) }
    for i in 0...20_000 {
      let x = -Float(i) / 1_000
      XCTAssertEqual(Double(Float.geluTanh(x)), Double.geluTanh(Double(x)), accuracy: 1e-7)
    }
  }

  func testLogarithms() {
    check(1, Float.log, log)
    check(1.7, Float.log1p, log1p)
    check(2, Float.log2, log2)
    check(2, Float.softplus, Double.softplus)
    check(0.5, Float.sqrt, { $0.squareRoot() })
    check(1.5, Float.rsqrt, { 1 / $0.squareRoot() })
  }

  func testTrigonometry() {
    check(1.5, Float.sin, sin)
    check(1.5, Float.cos, cos)
    check(0.51, Float.tan, tan)
    check(0.51, Float.asin, asin)
    check(0.51, Float.acos, acos)
    check(0.51, Float.atan, atan)
    check(0.51, Float.sinh, sinh)
    check(0.51, Float.cosh, cosh)
  }

  func testArraysOfAnglesEqualSingleOnes() {
    // Blocks with and without huge angles, and a count that no block length divides.
    var angles: [Float] = [0, -0.0, .nan, .infinity, 131_072, -131_073]
    for i in 0..<1_500 {
      let huge: Float = i % 3 == 0 ? 1e30 : -0.11
      angles.append(Float(i) * (i < 700 ? 0.37 : huge) - 99)
    }
    let sines: [Float] = filled(angles.count) { Float.sin(angles, into: $0, count: $1) }
    let cosines: [Float] = filled(angles.count) { Float.cos(angles, into: $0, count: $1) }
    XCTAssertEqual(sines.map(\.bitPattern), angles.map { Float.sin($0).bitPattern })
    XCTAssertEqual(cosines.map(\.bitPattern), angles.map { Float.cos($0).bitPattern })
  }

  func testErrorFunctions() {
    check(1.1, Float.erf, erf)
    check(5, Float.erfc, erfc)
    check(4.5, Float.gelu, Double.gelu)
    check(0.51, Float.erfInverse, Double.erfInverse)
  }

  func testPower() {
    for y: Float in [-3, -1, -0.5, -0.37, 0, 0.5, 1, 1.7, 2, 3, 1e9, 16_777_216, .infinity, -.infinity, .nan] {
      check(0.6, { Float.pow($0, y) }, { pow($0, Double(y)) })
    }
    for x: Float in [
      -.infinity, -1, -0.99, -0.0, 0, 0x1p-140, 0.5, 0.9999999, 1, 1.0000001, 1.7, 3e38, .infinity, .nan,
    ] {
      check(0.6, { Float.pow(x, $0) }, { pow(Double(x), $0) })
    }
    var random = RandomStream(seed: 3, name: "pow")
    for _ in 0..<20_000 {
      let x = Float(bitPattern: random.nextUInt32())
      let y = Float(random.nextNormal() * 3)
      XCTAssertLessThanOrEqual(ulps(Float.pow(x, y), pow(Double(x), Double(y))), 0.6, "pow(\(x), \(y))")
    }
  }

  func testGamma() {
    check(0.51, Float.lgamma, Double.lgamma)
    check(0.51, Float.digamma, Double.digamma)
    check(0.51, Float.trigamma, Double.trigamma)
  }
}
