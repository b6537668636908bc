import Foundation
import Kernels
import XCTest

/// Moments, and the Kolmogorov-Smirnov distance to the exact distribution functions, with fixed seeds.
final class RandomTestsDistributions: XCTestCase {
  private let stream = RandomStream(seed: 2_026, name: "distributions")
  private let count = 100_000

  /// The distance times sqrt(n) exceeds 1.95 once in a thousand.
  private func checkDistribution(_ values: [Double], line: UInt = #line, _ distribution: (Double) -> Double) {
    let sorted = values.sorted()
    let n = Double(sorted.count)
    var distance = 0.0
    for (i, value) in sorted.enumerated() {
      let p = distribution(value)
      distance = max(distance, abs(p - Double(i) / n), abs(Double(i + 1) / n - p))
    }
    XCTAssertLessThan(distance * n.squareRoot(), 1.95, line: line)
    XCTAssertGreaterThan(distance * n.squareRoot(), 0.2, "too regular to be random", line: line)
  }

  /// Mean, variance, and the correlation of neighbours, each within five standard errors.
  private func checkMoments(_ values: [Double], mean: Double, variance: Double, line: UInt = #line) {
    let n = Double(values.count)
    let average = values.reduce(0, +) / n
    XCTAssertEqual(average, mean, accuracy: 5 * (variance / n).squareRoot(), line: line)
    let deviations = values.map { $0 - average }
    let square = deviations.map { $0 * $0 }.reduce(0, +) / n
    let fourth = deviations.map { $0 * $0 * $0 * $0 }.reduce(0, +) / n
    XCTAssertEqual(square, variance, accuracy: 5 * ((fourth - square * square) / n).squareRoot(), line: line)
    let lagged = zip(deviations, deviations.dropFirst()).map { $0 * $1 }.reduce(0, +) / n / square
    XCTAssertEqual(lagged, 0, accuracy: 5 / n.squareRoot(), line: line)
  }

  private func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  func testUniform() {
    let floats: [Float] = filled(count) { RandomKernels.uniform(stream, first: 0, into: $0, count: $1) }
    let doubles: [Double] = filled(count) {
      RandomKernels.uniform(stream.split("double"), first: 0, into: $0, count: $1)
    }
    for values in [floats.map(Double.init), doubles] {
      XCTAssertTrue(values.allSatisfy { $0 >= 0 && $0 < 1 })
      checkDistribution(values) { $0 }
      checkMoments(values, mean: 0.5, variance: 1.0 / 12)
    }
    XCTAssertTrue(floats.allSatisfy { ($0 * 0x1p24).rounded() == $0 * 0x1p24 })
    XCTAssertTrue(doubles.contains { ($0 * 0x1p52).rounded() != $0 * 0x1p52 })
    XCTAssertTrue(doubles.allSatisfy { ($0 * 0x1p53).rounded() == $0 * 0x1p53 })
  }

  func testUniformFollowsTheWords() {
    let words: [UInt64] = filled(1_000) { RandomKernels.bits(stream, first: 0, into: $0, count: $1) }
    let values: [Double] = filled(1_000) { RandomKernels.uniform(stream, first: 0, into: $0, count: $1) }
    XCTAssertEqual(values, words.map { Double($0 >> 11) * 0x1p-53 })
  }

  func testNormal() {
    let floats: [Float] = filled(count) { RandomKernels.normal(stream, first: 0, into: $0, count: $1) }
    let doubles: [Double] = filled(count) {
      RandomKernels.normal(stream.split("double"), first: 0, into: $0, count: $1)
    }
    for values in [floats.map(Double.init), doubles] {
      XCTAssertTrue(values.allSatisfy { $0.isFinite && abs($0) < 8.7 })
      checkDistribution(values, normalDistribution)
      checkMoments(values, mean: 0, variance: 1)
      checkMoments(values.map { $0 * $0 * $0 }, mean: 0, variance: 15)
    }
  }

  func testNormalFloatIsBoxMuller() {
    let words: [UInt32] = filled(10_000) { RandomKernels.bits(stream, first: 0, into: $0, count: $1) }
    let values: [Float] = filled(10_000) { RandomKernels.normal(stream, first: 0, into: $0, count: $1) }
    for i in stride(from: 0, to: 10_000, by: 2) {
      let radius = (-2 * log((Double(words[i] >> 1) + 0.5) * 0x1p-31)).squareRoot()
      let angle = 2 * Double.pi * Double(words[i + 1]) * 0x1p-32
      // Near u = 1 the radius shows the rounding of u, 2^-25.
      let tolerance = 1e-6 + 1e-7 / radius
      XCTAssertEqual(Double(values[i]), radius * cos(angle), accuracy: tolerance)
      XCTAssertEqual(Double(values[i + 1]), radius * sin(angle), accuracy: tolerance)
    }
  }

  func testExponentialAndGumbel() {
    let exponentials: [Float] = filled(count) { RandomKernels.exponential(stream, first: 0, into: $0, count: $1) }
    let wide: [Double] = filled(count) { RandomKernels.exponential(stream, first: 0, into: $0, count: $1) }
    for values in [exponentials.map(Double.init), wide] {
      XCTAssertTrue(values.allSatisfy { $0 > 0 && $0 < 38 })
      checkDistribution(values) { 1 - exp(-$0) }
      checkMoments(values, mean: 1, variance: 1)
    }
    let gumbels: [Float] = filled(count) { RandomKernels.gumbel(stream, first: 0, into: $0, count: $1) }
    let wideGumbels: [Double] = filled(count) { RandomKernels.gumbel(stream, first: 0, into: $0, count: $1) }
    for values in [gumbels.map(Double.init), wideGumbels] {
      XCTAssertTrue(values.allSatisfy(\.isFinite))
      checkDistribution(values) { exp(-exp(-$0)) }
      checkMoments(values, mean: 0.57721566490153, variance: Double.pi * .pi / 6)
    }
  }

  func testIntegersAndBernoulli() {
    let integers: [Int64] = filled(count) {
      RandomKernels.integers(stream, below: 7, first: 0, into: $0, count: $1)
    }
    var counts = [Double](repeating: 0, count: 7)
    for value in integers { counts[Int(value)] += 1 }
    let expected = Double(count) / 7
    // The 99.9 % point of chi-square with 6 degrees of freedom is 22.5.
    XCTAssertLessThan(counts.map { ($0 - expected) * ($0 - expected) / expected }.reduce(0, +), 22.5)
    let mask: [Float] = filled(count) {
      RandomKernels.mask(stream, probability: 0.9, value: 3, first: 0, into: $0, count: $1)
    }
    let flags: [Bool] = filled(count) {
      RandomKernels.bernoulli(stream, probability: 0.9, first: 0, into: $0, count: $1)
    }
    XCTAssertEqual(mask, flags.map { $0 ? 3 : 0 })
    checkMoments(flags.map { $0 ? 1 : 0 }, mean: 0.9, variance: 0.09)
  }

  func testScalarDraws() {
    var random = stream.split("scalar")
    let n = 40_000
    checkDistribution((0..<n).map { _ in random.nextDouble() }) { $0 }
    checkDistribution((0..<n).map { _ in Double(random.nextFloat()) }) { $0 }
    checkDistribution((0..<n).map { _ in random.nextNormal() }, normalDistribution)
    checkDistribution((0..<n).map { _ in random.nextExponential() }) { 1 - exp(-$0) }
    checkDistribution((0..<n).map { _ in random.nextGumbel() }) { exp(-exp(-$0)) }
    checkMoments((0..<n).map { _ in random.nextBernoulli(0.2) ? 1 : 0 }, mean: 0.2, variance: 0.16)
    checkMoments((0..<n).map { _ in Double(random.nextInteger(below: 11)) }, mean: 5, variance: 10)
    XCTAssertEqual(random.nextInteger(below: 0), 0)
    XCTAssertEqual(random.nextInteger(below: -3), 0)
    XCTAssertFalse(random.nextBernoulli(.nan))
  }

  func testGammaBetaDirichlet() {
    var random = stream.split("gamma")
    let n = 40_000
    // Shape 1 is exponential, shape 2 has an elementary distribution function, 1/2 is half a squared normal.
    checkDistribution((0..<n).map { _ in random.nextGamma(shape: 1) }) { 1 - exp(-$0) }
    checkDistribution((0..<n).map { _ in random.nextGamma(shape: 2) }) { 1 - exp(-$0) * (1 + $0) }
    checkDistribution((0..<n).map { _ in random.nextGamma(shape: 0.5) }) { erf($0.squareRoot()) }
    checkMoments((0..<n).map { _ in random.nextGamma(shape: 30) }, mean: 30, variance: 30)
    checkDistribution((0..<n).map { _ in random.nextBeta(3, 1) }) { $0 * $0 * $0 }
    checkDistribution((0..<n).map { _ in random.nextBeta(0.5, 0.5) }) { 2 / .pi * asin($0.squareRoot()) }
    checkDistribution((0..<n).map { _ in random.nextBeta(1, 1) }) { $0 }
    let draws = (0..<n).map { _ in random.nextDirichlet([1, 1, 2]) }
    XCTAssertTrue(draws.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 && $0.allSatisfy { $0 >= 0 } })
    // Marginals are beta(1, 3) and beta(2, 2).
    checkDistribution(draws.map { $0[0] }) { 1 - pow(1 - $0, 3) }
    checkDistribution(draws.map { $0[2] }) { $0 * $0 * (3 - 2 * $0) }
    XCTAssertTrue(random.nextDirichlet([1e-5, 1e-5]).allSatisfy { $0.isFinite })
    XCTAssertTrue(random.nextBeta(1e-6, 1e-6).isFinite)
    XCTAssertTrue(random.nextGamma(shape: 0).isNaN)
    XCTAssertTrue(random.nextGamma(shape: .nan).isNaN)
    XCTAssertTrue(random.nextBeta(-1, 1).isNaN)
    XCTAssertTrue(random.nextDirichlet([1, -1]).allSatisfy(\.isNaN))
    XCTAssertEqual(random.nextDirichlet([]), [])
  }
}
