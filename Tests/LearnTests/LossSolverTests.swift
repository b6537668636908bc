import Autodiff
import Basics
import Foundation
import Learn
import Tensors
import XCTest

/// Optimizers that evaluate the loss themselves, and what goes with all of them. Golden numbers come from a program in
/// Python with NumPy that shares nothing with this one; its L-BFGS builds the inverse Hessian as a matrix.
final class LossSolverTests: XCTestCase {
  /// A loss whose gradient is `cos(3 p) + t p / 10`.
  private func wave(_ p: Tensor, _ step: Int) throws -> Tensor {
    let sine = try XCTUnwrap(Operations.named("sin"))([.tensor(try p * 3)])
    guard case .tensor(let waves) = sine[0] else { throw Failure(.argument, "no tensor") }
    return try (waves / 3 + p * p * (Double(step) / 20)).sum(to: [])
  }

  private func rosenbrock(_ p: Tensor) throws -> Tensor {
    let (x, y) = (try p.select(0, 0), try p.select(0, 1))
    let (a, b) = (try 1 - x, try y - x * x)
    return try a * a + b * b * 100
  }

  private func trace(_ optimizer: Optimizer, _ p: Tensor, _ loss: (Int) throws -> Tensor) throws -> [[Double]] {
    try (1...10).map { step in
      try optimizer.minimize { try loss(step) }
      return p.toDoubles()
    }
  }

  private func compare(_ found: [[Double]], _ wanted: [[Double]], _ tolerance: Double) {
    XCTAssertEqual(found.count, wanted.count)
    for (step, pair) in zip(found, wanted).enumerated() { assertClose(pair.0, pair.1, tolerance, "step \(step + 1)") }
  }

  func testTenSharpnessAwareStepsAgreeWithStoredNumbers() throws {
    for (isAdaptive, wanted) in [(false, Self.sharpness), (true, Self.adaptiveSharpness)] {
      for (dtype, tolerance) in [(DType.float64, 1e-11), (.float32, 2e-4)] {
        let p = try leaf([1, -2, 0.5], dtype)
        let optimizer = try Optimizer(
          SGD.kind, [("p", p)],
          [
            ("lr", .number(0.05)), ("momentum", .number(0.9)), ("rho", .number(0.2)),
            ("adaptive", .boolean(isAdaptive)),
          ])
        compare(try trace(optimizer, p) { try self.wave(p, $0) }, wanted, tolerance)
      }
    }
  }

  func testTenSolverStepsAgreeWithStoredNumbers() throws {
    let p = try leaf([-1.2, 1])
    let optimizer = try Optimizer(LBFGS.kind, [("p", p)], [("max_iter", .number(1)), ("history", .number(3))])
    compare(try trace(optimizer, p) { _ in try self.rosenbrock(p) }, Self.solver, 1e-8)
  }

  func testSolverFindsTheMinimum() throws {
    for dtype in [DType.float64, .float32] {
      let p = try leaf([-1.2, 1], dtype)
      let optimizer = try Optimizer(LBFGS.kind, [("p", p)], [("max_iter", .number(100)), ("max_eval", .number(200))])
      try optimizer.minimize { try self.rosenbrock(p) }
      assertClose(p.toDoubles(), [1, 1], dtype == .float64 ? 1e-6 : 1e-3)
    }
  }

  func testFivePlusFiveStepsEqualTen() throws {
    let rows: [(OptimizerKind, [(name: String, value: SettingValue)])] = [
      (LBFGS.kind, [("max_iter", .number(2)), ("history", .number(3))]),
      (AdamW.kind, [("lr", .number(0.01)), ("rho", .number(0.1))]),
      (SGD.kind, [("lr", .number(0.001)), ("momentum", .number(0.9)), ("noise", .number(0.1))]),
    ]
    for (kind, options) in rows {
      let straight = try leaf([-1.2, 1])
      let all = try Optimizer(kind, [("p", straight)], options, random: RandomSource(seed: 5))
      for _ in 1...10 { try all.minimize { try self.rosenbrock(straight) } }
      let p = try leaf([-1.2, 1])
      let first = try Optimizer(kind, [("p", p)], options, random: RandomSource(seed: 5))
      for _ in 1...5 { try first.minimize { try self.rosenbrock(p) } }
      // Another source: the state brings the stream along.
      let second = try Optimizer(kind, [("p", p)], options, random: RandomSource(seed: 6))
      try second.load(first.state())
      for _ in 6...10 { try second.minimize { try self.rosenbrock(p) } }
      XCTAssertEqual(p.toDoubles(), straight.toDoubles(), kind.name)
    }
  }

  func testAccumulationEqualsOneBigBatch() throws {
    let rows = try (0..<8).map { try Tensor.from([sin(Double($0)), cos(Double($0)), 1], shape: [3], .float64) }
    let options: [(name: String, value: SettingValue)] = [("lr", .number(0.1)), ("momentum", .number(0.9))]
    func loss(_ p: Tensor, _ row: Tensor) throws -> Tensor {
      let y = try (p * row).sum(to: []) - 1
      return try y * y
    }
    let (a, b) = (try leaf([1, 2, 3]), try leaf([1, 2, 3]))
    let big = try Optimizer(SGD.kind, [("p", a)], options)
    var small = try Optimizer(SGD.kind, [("p", b)], options)
    for _ in 0..<3 {
      try big.minimize { try rows.dropFirst().reduce(loss(a, rows[0])) { try $0 + loss(a, $1) } / 8 }
      for (index, row) in rows.enumerated() {
        let stepped = try small.minimize(every: 8) { try loss(b, row) }.stepped
        XCTAssertEqual(stepped, index == 7)
        if index == 2 {
          // Half-way gradients are part of the state.
          let state = try small.state()
          b.gradient = nil
          small = try Optimizer(SGD.kind, [("p", b)])
          try small.load(state)
        }
      }
    }
    assertClose(b.toDoubles(), a.toDoubles(), 1e-14)
  }

  func testNoiseHasTheStatedVarianceAndItsOwnStream() throws {
    func steps(_ seed: UInt64, _ name: String) throws -> [[Double]] {
      let p = try leaf(Array(repeating: 0, count: 20000))
      let optimizer = try Optimizer(
        SGD.kind, [(name, p)], [("lr", .number(1)), ("noise", .number(0.3)), ("noise_decay", .number(1))],
        random: RandomSource(seed: seed))
      return try (1...4).map { _ in
        let before = p.toDoubles()
        p.gradient = try .zeros(p.shape, p.dtype)
        try optimizer.step()
        XCTAssertEqual(p.gradient?.toDoubles().allSatisfy { $0 == 0 }, true, "gradients stay as they were")
        return zip(p.toDoubles(), before).map { $0 - $1 }
      }
    }
    let first = try steps(1, "p")
    for (index, moves) in first.enumerated() {
      let variance = moves.reduce(0) { $0 + $1 * $1 } / Double(moves.count)
      XCTAssertEqual(variance * Double(index + 1), 0.3, accuracy: 0.015)
    }
    XCTAssertEqual(try steps(1, "p"), first)
    XCTAssertNotEqual(try steps(2, "p"), first)
    XCTAssertNotEqual(try steps(1, "q"), first)
  }

  func testRatesKeepTheirProportions() throws {
    let (a, b) = (try leaf([0]), try leaf([0]))
    let optimizer = try Optimizer(SGD.kind, groups: [([("a", a)], []), ([("b", b)], [("lr_scale", .number(0.25))])])
    for rate in [1.0, 0.5] {
      try optimizer.setLearningRate(rate)
      for p in [a, b] { p.gradient = try .ones([1], .float64) }
      try optimizer.step()
    }
    XCTAssertEqual(a.toDoubles() + b.toDoubles(), [-1.5, -0.375])
  }

  func testErrors() throws {
    let p = try leaf([-1.2, 1])
    let solver = try Optimizer(LBFGS.kind, [("p", p)])
    XCTAssertEqual(
      failure { try solver.step() }?.message,
      "LBFGS evaluates the loss more than once: call minimize with a function that returns it")
    XCTAssertEqual(
      failure { try solver.minimize(adjusting: { _ in }) { try self.rosenbrock(p) } }?.message,
      "LBFGS searches by true gradients: it does not go with clipping")
    let sharp = try Optimizer(SGD.kind, [("p", p)], [("rho", .number(0.1))])
    XCTAssertEqual(
      failure { try sharp.minimize(every: 2) { try self.rosenbrock(p) } }?.message,
      "SAM (SGD) evaluates the loss more than once and cannot accumulate; return the sum of the losses")
    XCTAssertEqual(
      failure { try sharp.minimize { p } }?.message,
      "the loss must be a single number, but has shape {2}: reduce it with :sum() or :mean()")
    // A loss that fails half-way leaves the parameters as they were.
    for optimizer in [solver, sharp] {
      var calls = 0
      XCTAssertEqual(
        failure {
          try optimizer.minimize {
            calls += 1
            if calls == 2 { throw Failure(.script, "enough") }
            return try self.rosenbrock(p)
          }
        }?.message, "enough")
      XCTAssertEqual(p.toDoubles(), [-1.2, 1])
    }
    XCTAssertEqual(
      failure { try Optimizer(Muon.kind, [("p", p)], [("rule", .text("muon"))]).minimize { try self.rosenbrock(p) } }?
        .message,
      "Muon needs matrices, found a parameter of shape {2}; rule = \"auto\" gives other shapes to AdamW")
  }

  private static let sharpness: [[Double]] = [
    [1.037152116352088, -2.029811945359426, 0.49693588935381205],
    [1.1055035326242137, -2.0803711789925563, 0.4902531290100516],
    [1.2003789377013474, -2.143455460481395, 0.480290300599721],
    [1.3148288924834133, -2.2083345256320763, 0.4705507076800136],
    [1.4219606517270391, -2.2517367294526434, 0.46459128903469027],
    [1.478389632664386, -2.253423819017252, 0.45052895183784847],
    [1.466959526364896, -2.2054803741746882, 0.421736493712386],
    [1.3892203238541534, -2.1076175391169687, 0.3740525641703596],
    [1.2633521718981198, -1.9644051148268484, 0.303515321551937],
    [1.1170950194399796, -1.7801522093508766, 0.20457261627135168],
  ]
  private static let adaptiveSharpness: [[Double]] = [
    [1.0406455047868437, -2.004221701480891, 0.4944586194404142],
    [1.1143446389022893, -2.007472288593824, 0.48106897756706807],
    [1.214554705932906, -2.0066767352631314, 0.45707087997877666],
    [1.3341515291317378, -2.0005995396483423, 0.4198047570590622],
    [1.4376849388474657, -1.9912742080120107, 0.3700227495344671],
    [1.4673681088770258, -1.9634424043808634, 0.2941191109798625],
    [1.417594176645521, -1.9079607492919974, 0.18459935812112338],
    [1.3068010554570473, -1.8166104693674554, 0.03628619518542059],
    [1.1699164837432543, -1.6862462541328898, -0.1485367552782602],
    [1.0317635911012186, -1.5166679814774757, -0.3527340259077496],
  ]
  private static let solver: [[Double]] = [
    [-1.0245319303460325, 1.0716196202669255],
    [-1.0284565745562346, 1.068187455748677],
    [-1.0288795348319695, 1.0655029516848564],
    [-1.0276177663827242, 1.0584120782656612],
    [-1.0202985244456986, 1.0352565141554502],
    [-0.9964640242497176, 0.9744134422710373],
    [-0.9349818277934958, 0.836452117556499],
    [-0.8486792379609047, 0.6713056287187685],
    [-0.6801753334182756, 0.43533127873179],
    [-0.5520796821212425, 0.2757606563509952],
  ]
}
