import Basics
import DataKit
import Kernels
import Tensors
import XCTest

final class InContextTests: XCTestCase {
  func testRegressionIsWhatItsWeightsSay() throws {
    for (kind, power) in [("linear", 1.0), ("sparse", 1), ("quadratic", 2)] {
      let set = try generate(
        "in_context_regression", ["count": 20, "points": 6, "dim": 5, "kind": .text(kind), "nonzero": 2, "noise": 0.5])
      let (x, w, clean) = (try set.doubles("x"), try set.doubles("w"), try set.doubles("clean"))
      let noisy = try set.doubles("y")
      for task in 0..<20 {
        if kind == "sparse" { XCTAssertEqual((0..<5).count { w[5 * task + $0] != 0 }, 2) }
        for point in 0..<6 {
          let sum = (0..<5).reduce(0) {
            $0 + w[5 * task + $1] * Double.pow(x[(6 * task + point) * 5 + $1], power)
          }
          XCTAssertEqual(clean[6 * task + point], sum, accuracy: 1e-4)
        }
      }
      let noise = zip(noisy, clean).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / 120
      XCTAssertEqual(noise, 0.25, accuracy: 0.12)
    }
    let relu = try generate("in_context_regression", ["count": 200, "points": 8, "kind": "relu", "dim": 4])
    XCTAssertFalse(relu.names.contains("w"))
    let y = try relu.doubles("y")
    // E y^2 = 2 / hidden * hidden * E relu(v.x)^2 = |x|^2, which is dim on average.
    XCTAssertEqual(y.map { $0 * $0 }.reduce(0, +) / Double(y.count), 4, accuracy: 1)
  }

  func testClassificationShowsEveryClass() throws {
    let set = try generate(
      "in_context_classification", ["count": 30, "points": 12, "classes": 4, "dim": 3, "noise": 0])
    let (x, y, means) = (try set.doubles("x"), try set.integers("y"), try set.doubles("means"))
    for task in 0..<30 {
      for block in 0..<3 { XCTAssertEqual(Set(y[(12 * task + 4 * block)..<(12 * task + 4 * block + 4)]).count, 4) }
      for point in 0..<12 {
        let label = y[12 * task + point] - 1
        for i in 0..<3 { XCTAssertEqual(x[(12 * task + point) * 3 + i], means[(4 * task + label) * 3 + i]) }
      }
    }
  }

  func testRefusals() {
    refuse(
      "in_context_regression", ["kind": "sparse", "dim": 2], "'nonzero' (3) must not be above 'dim' (2)")
    refuse(
      "in_context_regression", ["count": 10_000_000, "dim": 1024],
      "column 'x' would have 10000000 x 40 x 1024 elements, at most 2^31 are made at once")
  }
}

final class FewShotTests: XCTestCase {
  func testSines() throws {
    let set = try generate("sine_tasks", ["count": 200, "shots": 4, "queries": 3])
    let (x, y) = (try set.doubles("query_x"), try set.doubles("query_y"))
    let (amplitude, phase) = (try set.doubles("amplitude"), try set.doubles("phase"))
    XCTAssertEqual(try set.tensor("support_x").shape, [200, 4, 1])
    for i in 0..<600 {
      XCTAssertEqual(y[i], amplitude[i / 3] * Double.sin(x[i] - phase[i / 3]), accuracy: 1e-4)
    }
    XCTAssertEqual(amplitude.reduce(0, +) / 200, 2.55, accuracy: 0.35)
    XCTAssertTrue(phase.allSatisfy { (0...Double.pi).contains($0) })
    XCTAssertTrue(x.allSatisfy { abs($0) <= 5 })
  }

  /// Over many tasks, products of values at two places average to the kernel of their distance.
  func testGaussianProcessCovariance() throws {
    func matern(_ distance: Double) -> Double {
      let scaled = 3.0.squareRoot() * distance / 0.5
      return (1 + scaled) * Double.exp(-scaled)
    }
    func periodic(_ distance: Double) -> Double {
      let sine = Double.sin(.pi * distance) / 0.5
      return Double.exp(-2 * sine * sine)
    }
    let kernels: [(String, (Double) -> Double)] = [
      ("rbf", { Double.exp(-2 * $0 * $0) }), ("matern32", matern), ("periodic", periodic),
    ]
    for (name, kernel) in kernels {
      let set = try generate(
        "gaussian_process_tasks",
        [
          "count": 4000, "shots": 2, "queries": 2, "kernel": .text(name), "min_length_scale": 0.5,
          "max_length_scale": 0.5, "range": 1,
        ])
      let (x, y) = (try set.doubles("support_x"), try set.doubles("support_y"))
      var bins = [(sum: Double, expected: Double, count: Double)](repeating: (0, 0, 0), count: 4)
      for task in 0..<4000 {
        let distance = abs(x[2 * task] - x[2 * task + 1])
        let bin = min(3, Int(distance * 2))
        bins[bin].sum += y[2 * task] * y[2 * task + 1]
        bins[bin].expected += kernel(distance)
        bins[bin].count += 1
      }
      for bin in bins {
        XCTAssertEqual(bin.sum / bin.count, bin.expected / bin.count, accuracy: 4.5 / bin.count.squareRoot(), name)
      }
    }
  }

  func testManyNearPointsStayFinite() throws {
    let set = try generate(
      "gaussian_process_tasks",
      ["count": 3, "shots": 100, "queries": 100, "range": 0.01, "min_length_scale": 10, "max_length_scale": 10])
    XCTAssertTrue(try set.doubles("query_y").allSatisfy(\.isFinite))
  }
}

final class MixturesTests: XCTestCase {
  func testPosteriorsAndNoise() throws {
    let set = try generate(
      "gaussian_mixture",
      ["count": 4000, "classes": 3, "components": 2, "separation": 1, "noise": 0.2, "weights": .numbers([2, 1, 1])])
    let (clean, told, wrong) = (try set.integers("clean"), try set.integers("y"), try set.truths("wrong"))
    XCTAssertEqual(clean.count { $0 == 1 }, 2000, accuracy: 150)
    XCTAssertEqual(wrong.count { $0 }, 800, accuracy: 100)
    for row in 0..<4000 {
      XCTAssertEqual(clean[row] != told[row], wrong[row])
      XCTAssertEqual((try set.integers("component")[row] - 1) / 2 + 1, clean[row])
    }
    // Among points whose class has posterior p, it is the drawn one with probability p: the mean of log loss and the counts of
    // right guesses agree with what Bayes' rule says of itself.
    let posterior = try set.doubles("posterior")
    XCTAssertTrue(posterior.allSatisfy { (0...1).contains($0) })
    for (low, high) in [(0.0, 0.3), (0.7, 1.0)] {
      // E[1 / p over drawn classes with p in a range] counts the classes in that range, at most 3 for each row.
      let inverse = posterior.filter { $0 > low && $0 <= high }.map { 1 / $0 }.reduce(0, +)
      XCTAssertLessThan(inverse, 3.3 * 4000)
    }
    XCTAssertEqual(posterior.map { 1 / $0 }.reduce(0, +) / 4000, 3, accuracy: 0.8)
    let difficulty = try set.doubles("difficulty")
    for (p, d) in zip(posterior, difficulty) { XCTAssertEqual(p + d, 1, accuracy: 1e-6) }
  }

  func testParity() throws {
    let set = try generate("sparse_parity", ["count": 500, "bits": 12, "relevant": 3])
    let (x, y) = (try set.doubles("x"), try set.integers("y"))
    XCTAssertTrue(x.allSatisfy { abs($0) == 1 })
    XCTAssertEqual(x.reduce(0, +), 0, accuracy: 400)
    for row in 0..<500 { XCTAssertEqual((0..<3).count { x[12 * row + $0] < 0 } % 2 + 1, y[row]) }
    refuse("sparse_parity", ["bits": 2], "'relevant' (3) must not be above 'bits' (2)")
  }
}

final class ShapesTests: XCTestCase {
  func testImages() throws {
    let set = try generate(
      "shapes",
      [
        "count": 300, "size": 24, "rotation": 180,
        "shapes": .texts(["circle", "square", "triangle", "cross", "ring", "bar"]),
      ])
    XCTAssertEqual(try set.tensor("x").shape, [300, 1, 24, 24])
    let (x, y, radius) = (try set.doubles("x"), try set.integers("y"), try set.doubles("radius"))
    let place = try set.doubles("place")
    // Areas of shapes of radius 1.
    let areas: [Double] = [3.1416, 2.56, 1.299, 1.9264, 2.3562, 1]
    for row in 0..<300 {
      let image = Array(x[(row * 576)..<((row + 1) * 576)])
      XCTAssertTrue(image.allSatisfy { (0...1).contains($0) })
      let r = radius[row]
      let mass = image.reduce(0, +)
      XCTAssertEqual(mass, areas[y[row] - 1] * r * r, accuracy: 2 + 0.5 * r, "\(y[row]) \(r)")
      var (rows, columns) = (0.0, 0.0)
      for (pixel, value) in image.enumerated() {
        rows += value * (Double(pixel / 24) + 0.5) / mass
        columns += value * (Double(pixel % 24) + 0.5) / mass
      }
      XCTAssertEqual(rows, place[2 * row], accuracy: 0.6)
      XCTAssertEqual(columns, place[2 * row + 1], accuracy: 0.6)
    }
  }

  func testSpuriousColours() throws {
    let set = try generate("shapes", ["count": 1000, "colours": 4, "spurious": 0.8])
    XCTAssertEqual(try set.tensor("x").shape, [1000, 3, 16, 16])
    let (y, colour, agrees) = (try set.integers("y"), try set.integers("colour"), try set.truths("agrees"))
    XCTAssertEqual(agrees.count { $0 }, 850, accuracy: 50)
    for row in 0..<1000 {
      XCTAssertEqual(agrees[row], y[row] == colour[row])
      XCTAssertEqual(try set.integers("group")[row], 4 * (y[row] - 1) + colour[row])
    }
    XCTAssertEqual(try set.labels("group")[5], "square, green")
    refuse("shapes", ["spurious": 0.5], "'spurious' needs 'colours', but they are 0")
  }

  func testNumbersAndNoise() throws {
    let none = try generate("shapes", ["count": 5, "min_number": 0, "max_number": 0])
    XCTAssertEqual(try none.doubles("x").reduce(0, +), 0)
    let noisy = try generate("shapes", ["count": 5, "min_number": 0, "max_number": 0, "noise": 2])
    let pixels = try noisy.doubles("x")
    XCTAssertEqual(pixels.map { $0 * $0 }.reduce(0, +) / Double(pixels.count), 4, accuracy: 0.6)
    let many = try generate("shapes", ["count": 400, "min_number": 1, "max_number": 4])
    for number in 1...4 { XCTAssertEqual(try many.integers("number").count { $0 == number }, 100, accuracy: 35) }
  }
}
