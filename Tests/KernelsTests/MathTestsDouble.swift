import Foundation
import Kernels
import XCTest

/// The functions of `Double` that the C library lacks, against values computed with 40 digits.
final class MathTestsDouble: XCTestCase {
  private func check(_ value: Double, _ exact: Double, _ tolerance: Double, line: UInt = #line) {
    XCTAssertEqual(value, exact, accuracy: abs(exact) * tolerance, line: line)
  }

  /// x, digamma(x), trigamma(x)
  private let gammaTable: [(Double, Double, Double)] = [
    (1e-10, -1.00000000005772153e+10, 9.99999999999999927e+19),
    (0.1, -10.4237549404110762, 101.433299150792748),
    (0.5, -1.96351002602142348, 4.93480220054467931),
    (1.0, -0.577215664901532861, 1.64493406684822644),
    (2.0, 0.422784335098467139, 0.644934066848226436),
    (3.7, 1.16715353936151144, 0.310037857670038302),
    (9.99, 2.25070037283120112, 0.105276950148241784),
    (10.0, 2.25175258906672111, 0.105166335681685746),
    (25.5, 3.21894247288391977, 0.039994669649562924),
    (100000.0, 11.5129204649618951, 1.00000500001666667e-5),
    (1e+100, 230.258509299404568, 9.99999999999999984e-101),
    (-0.5, 0.0364899739785765206, 8.93480220054467931),
    (-1.3, 2.8825405488661673, 14.5368762441370796),
    (-10.25, 5.51685841988627331, 19.6462524246226528),
    (-1000.5, 6.90875482089867149, 9.86860540017344142),
  ]

  func testDigammaAndTrigamma() {
    for (x, digamma, trigamma) in gammaTable {
      // Relative to 1 where the value is smaller, because digamma has zeros.
      XCTAssertEqual(Double.digamma(x), digamma, accuracy: 2e-15 * max(1, abs(digamma)))
      check(Double.trigamma(x), trigamma, 2e-15)
    }
    // The zero of digamma, where the error is absolute.
    XCTAssertEqual(Double.digamma(1.4616321449683623), 0, accuracy: 1e-15)
  }

  func testPolesAndLimits() {
    XCTAssertEqual(Double.digamma(0.0), -.infinity)
    XCTAssertEqual(Double.digamma(-0.0), .infinity)
    XCTAssertTrue(Double.digamma(-1).isNaN)
    XCTAssertTrue(Double.digamma(-1e20).isNaN)
    XCTAssertEqual(Double.digamma(.infinity), .infinity)
    XCTAssertTrue(Double.digamma(-.infinity).isNaN)
    XCTAssertTrue(Double.digamma(.nan).isNaN)
    for pole in [0.0, -0.0, -1, -2, -1e20] { XCTAssertEqual(Double.trigamma(pole), .infinity) }
    XCTAssertEqual(Double.trigamma(.infinity), 0)
    XCTAssertTrue(Double.trigamma(.nan).isNaN)
    for pole in [0.0, -1, -2] { XCTAssertEqual(Double.lgamma(pole), .infinity) }
    XCTAssertEqual(Double.lgamma(.infinity), .infinity)
    // log |Gamma(-1.5)| = log(4 sqrt(pi) / 3)
    check(Double.lgamma(-1.5), log(4 * Double.pi.squareRoot() / 3), 1e-14)
  }

  func testInverseErrorFunction() {
    let table: [(Double, Double)] = [
      (1e-300, 8.86226925452758036e-301),
      (1e-09, 8.86226925452758069e-10),
      (0.01, 0.00886250128095059809),
      (0.3, 0.272462714726754345),
      (0.5, 0.476936276204469873),
      (0.7, 0.732869077959216785),
      (0.99, 1.82138636771844946),
      (0.9999999999, 4.57282495854492494),
      (0.9999999999999999, 5.86358474875516793),
    ]
    for (x, exact) in table {
      check(Double.erfInverse(x), exact, 4e-15)
      XCTAssertEqual(Double.erfInverse(-x), -Double.erfInverse(x))
    }
    XCTAssertEqual(Double.erfInverse(1), .infinity)
    XCTAssertEqual(Double.erfInverse(-1), -.infinity)
    XCTAssertEqual(Double.erfInverse(-0.0).sign, .minus)
    for bad in [1.0000000000000002, -2, .infinity, .nan] { XCTAssertTrue(Double.erfInverse(bad).isNaN) }
    // The inverse property on a grid.
    for i in 1..<2_000 {
      let x = Double(i) / 2_000
      check(erf(Double.erfInverse(x)), x, 1e-15)
    }
  }

  func testActivations() {
    // x, gelu, silu, softplus
    let table: [(Double, Double, Double, Double)] = [
      (-37.0, -2.11846135233409342e-298, -3.15722762152530407e-15, 8.53304762574406543e-17),
      (-8.0, -4.9767684594174273e-15, -0.00268280104373182483, 3.35406372895768832e-4),
      (-1.0, -0.158655253931457051, -0.268941421369995121, 0.313261687518222834),
      (-0.125, -0.0562827218962358884, -0.0585988283282804678, 0.632599035317169066),
      (0.125, 0.0687172781037641116, 0.0664011716717195322, 0.757599035317169066),
      (1.0, 0.841344746068542949, 0.731058578630004879, 1.31326168751822283),
      (8.0, 7.99999999999999502, 7.99731719895626818, 8.00033540637289577),
    ]
    for (x, gelu, silu, softplus) in table {
      check(Double.gelu(x), gelu, 1e-13)
      check(Double.silu(x), silu, 1e-15)
      check(Double.softplus(x), softplus, 1e-15)
      check(Double.sigmoid(x), silu / x, 1e-15)
      // The tanh form differs from gelu by less than 5e-4.
      XCTAssertEqual(Double.geluTanh(x), gelu, accuracy: 5e-4)
    }
    let one = 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * 1.044715))
    check(Double.geluTanh(1), one, 1e-15)
    for activation in [Double.gelu, Double.geluTanh, Double.silu, Double.softplus] {
      XCTAssertEqual(activation(.infinity), .infinity)
      XCTAssertEqual(activation(-.infinity), 0)
      XCTAssertTrue(activation(.nan).isNaN)
    }
  }
}
