import Autodiff
import Basics
import Kernels
import Tensors
import XCTest

/// Attention beyond what the checker of operations tries: sizes of several blocks and chunks, views, threads, memory.
final class AttentionTests: XCTestCase {
  override func tearDown() {
    Parallel.threads = 1
    Parallel.scrambleOrder(0)
  }

  private struct Setting {
    var q: [Int], k: [Int], v: [Int]
    var causal = false
    var window: Int?
    var mask: [Int]?
    var bias: [Int]?
    var scale: Double?
  }

  /// Sizes on both sides of the blocks of rows, panels of sixteen and chunks of 256 keys.
  private static let settings: [Setting] = [
    Setting(q: [1, 2, 70, 8], k: [1, 2, 70, 8], v: [1, 2, 70, 24], causal: true),
    Setting(q: [1, 2, 67, 17], k: [1, 1, 300, 17], v: [1, 1, 300, 33], causal: true, window: 40),
    Setting(q: [1, 1, 300, 5], k: [1, 1, 290, 5], v: [1, 1, 290, 3], causal: true, bias: [1, 300, 290]),
    Setting(q: [2, 1, 31, 16], k: [2, 1, 600, 16], v: [2, 1, 600, 16], mask: [2, 1, 1, 600], bias: [1, 31, 1]),
    Setting(q: [1, 4, 65, 9], k: [1, 2, 65, 9], v: [1, 2, 65, 16], window: 20, mask: [65, 65], bias: [4, 1, 65]),
    Setting(q: [20, 1, 9, 4], k: [20, 1, 530, 4], v: [20, 1, 530, 4], causal: true, bias: [530], scale: 2),
    Setting(q: [1, 2, 2, 12], k: [1, 2, 33, 12], v: [1, 2, 33, 43], causal: true, window: 21, bias: [2, 2, 33]),
    Setting(q: [1, 3, 1, 64], k: [1, 3, 256, 64], v: [1, 3, 256, 64], mask: [256]),
    Setting(q: [1, 1, 129, 20], k: [1, 1, 20, 20], v: [1, 1, 20, 20], causal: true, window: 3),
    Setting(q: [1, 1, 40, 8], k: [1, 1, 40, 8], v: [1, 1, 40, 8], window: 5, bias: [], scale: 0),
  ]

  private func values(_ setting: Setting, _ dtype: DType, seed: UInt64 = 3) throws -> [Value] {
    func item(_ shape: [Int]?, _ make: ([Int]) -> Sample.Item) -> Sample.Item { shape.map(make) ?? .none }
    let sample = Sample(
      .normal(setting.q), .normal(setting.k), .normal(setting.v), .boolean(setting.causal),
      setting.window.map { .integer($0) } ?? .none, item(setting.mask) { .mask($0) },
      item(setting.bias) { .normal($0) }, setting.scale.map { .number($0) } ?? .none)
    return try OperationSamples(sample: sample, seed: seed).values(dtype, .contiguous)
  }

  private func tensors(_ values: [Value]) -> [Tensor] {
    values.compactMap { if case .tensor(let tensor) = $0, tensor.dtype.isFloating { tensor } else { nil } }
  }

  /// The result and the gradients of q, k, v and, if there is one, of the bias.
  private func run(_ values: [Value], createGraph: Bool = false) throws -> [Tensor] {
    let row = try XCTUnwrap(Operations.named("attention"))
    let inputs = tensors(values)
    for input in inputs { input.requiresGradient = true }
    guard case .tensor(let y) = try row(values)[0] else { throw Failure(.argument, "no tensor") }
    var numbers = SplitMix(9)
    let seed = try Tensor.from((0..<y.count).map { _ in numbers.normal() }, shape: y.shape, y.dtype)
    let gradients = try Tensor.gradients(
      of: [y], seeds: [seed], withRespectTo: inputs, createGraph: createGraph)
    return [y] + gradients
  }

  func testLargerSizesEqualTheReference() throws {
    let row = try XCTUnwrap(Operations.named("attention"))
    for (index, setting) in Self.settings.enumerated() {
      for dtype in [DType.float64, .float32] {
        let values = try values(setting, dtype)
        let problems = OperationChecker.compare(
          "setting \(index + 1)", try row(values), try row.check.reference(values.map(PlainValue.init)), dtype)
        XCTAssertEqual(problems, [])
      }
    }
  }

  /// The recorded rule, which the checker compares with finite differences, is the reference of the fused one.
  func testFusedGradientsEqualRecordedOnes() throws {
    for (index, setting) in Self.settings.enumerated() {
      let wanted = try run(values(setting, .float64), createGraph: true).map { Plain($0) }
      for dtype in [DType.float64, .float32] {
        let found = try run(values(setting, dtype))
        for place in wanted.indices {
          XCTAssertEqual(
            OperationChecker.compare(
              "setting \(index + 1), result or gradient \(place)", Plain(found[place]), wanted[place], dtype,
              tolerance: dtype == .float32 ? 2e-4 : 1e-10), [])
        }
      }
    }
  }

  func testBitsAreTheSameAtAnyNumberOfThreads() throws {
    func bits(_ setting: Setting) throws -> [[UInt64]] {
      try run(values(setting, .float32)).map { $0.toDoubles().map(\.bitPattern) }
    }
    for setting in Self.settings {
      Parallel.threads = 1
      let expected = try bits(setting)
      for threads in 2...4 {
        Parallel.threads = threads
        XCTAssertEqual(try bits(setting), expected, "\(threads) threads")
      }
      for seed in [1, 5] as [UInt64] {
        Parallel.scrambleOrder(seed)
        XCTAssertEqual(try bits(setting), expected, "tiles scrambled by \(seed)")
      }
      Parallel.scrambleOrder(0)
    }
  }

  /// Three views of one projection `{N, T, 3 H D}` give the same bits as copies of them.
  func testViewsOfOneProjection() throws {
    let (n, t, h, d) = (2, 37, 3, 8)
    var numbers = SplitMix(4)
    let projection = try Tensor.from((0..<(n * t * 3 * h * d)).map { _ in numbers.normal() }, shape: [n, t, 3 * h * d])
    projection.requiresGradient = true
    var options = AttentionOptions()
    options.causal = true
    func heads(_ index: Int) throws -> Tensor {
      try projection.narrow(2, start: index * h * d, length: h * d).reshape([n, t, h, d]).transpose(1, 2)
    }
    let views = try (0..<3).map(heads)
    let copies = try views.map { try $0.copy() }
    for copy in copies { copy.requiresGradient = true }
    let y = try views[0].attention(views[1], views[2], options)
    let z = try copies[0].attention(copies[1], copies[2], options)
    XCTAssertEqual(Plain(y), Plain(z))
    let gradient = try Tensor.gradients(of: [try (y * y).sum()], withRespectTo: [projection])[0]
    let gradients = try Tensor.gradients(of: [try (z * z).sum()], withRespectTo: copies)
    for index in 0..<3 {
      let part = gradient.narrowedView(2, start: index * h * d, length: h * d)
      XCTAssertEqual(Plain(part), Plain(try gradients[index].transposedView(1, 2).reshapedView([n, t, h * d])))
    }
  }

  func testTheResultMergesHeadsWithoutACopy() throws {
    let x = try Tensor.ones([2, 3, 5, 4])
    let y = try x.attention(x, x)
    XCTAssertEqual(y.shape, [2, 3, 5, 4])
    let merged = try y.transposedView(1, 2).reshapedView([2, 5, 12])
    XCTAssert(merged.storage === y.storage)
  }

  func testQueriesThatSeeNothing() throws {
    var numbers = SplitMix(4)
    let x = try (0..<3).map { _ in try Tensor.from((0..<40).map { _ in numbers.normal() }, shape: [1, 1, 10, 4]) }
    for tensor in x { tensor.requiresGradient = true }
    var options = AttentionOptions()
    options.mask = try Tensor.from((0..<100).map { $0 / 10 == 3 ? 0 : 1 }, shape: [10, 10], .bool)
    for count in [10, 2] {
      let q = try x[0].narrow(2, start: 2, length: count == 10 ? 8 : 2)
      options.mask = try options.mask?.narrow(0, start: 2, length: q.shape[2])
      let y = try q.attention(x[1], x[2], options)
      XCTAssertEqual(y.narrowedView(2, start: 1, length: 1).toDoubles(), [0, 0, 0, 0])
      let gradients = try Tensor.gradients(of: [try (y * y).sum()], withRespectTo: x)
      XCTAssertEqual(gradients[0].narrowedView(2, start: 3, length: 1).toDoubles(), [0, 0, 0, 0])
      XCTAssert(gradients.allSatisfy { $0.toDoubles().allSatisfy(\.isFinite) })
      options.mask = try Tensor.from((0..<100).map { $0 / 10 == 3 ? 0 : 1 }, shape: [10, 10], .bool)
    }
    // An additive mask of -infinity hides a query in the same way.
    options.mask = nil
    options.bias = try Tensor.from((0..<10).map { $0 == 3 ? -.infinity : 0 }, shape: [10, 1])
    XCTAssertEqual(
      try x[0].attention(x[1], x[2], options).narrowedView(2, start: 3, length: 1).toDoubles(), [0, 0, 0, 0])
  }

  func testMemoryIsLinear() throws {
    func peak(_ t: Int) throws -> Int {
      let x = try Tensor.full([1, 2, t, 16], 0.1)
      x.requiresGradient = true
      var options = AttentionOptions()
      options.causal = true
      let before = Storage.statistics.bytes
      Storage.resetPeak()
      let y = try x.attention(x, x, options)
      _ = try Tensor.gradients(of: [y], seeds: [.ones(y.shape)], withRespectTo: [x])
      return Storage.statistics.peak - before
    }
    let (short, long) = (try peak(1024), try peak(4096))
    XCTAssertLessThan(long, 4 * short + 8 * 4096 * 32 * 4)
    XCTAssertLessThan(long, 4096 * 4096 * 4 / 4)
  }

  func testACacheGivesWhatTheWholeSequenceGives() throws {
    var numbers = SplitMix(8)
    let x = try (0..<3).map { _ in
      try Tensor.from((0..<(20 * 2 * 8)).map { _ in numbers.normal() }, shape: [1, 2, 20, 8])
    }
    var options = AttentionOptions()
    options.causal = true
    let whole = try x[0].attention(x[1], x[2], options)
    for t in 0..<20 {
      let one = try x[0].narrow(2, start: t, length: 1).attention(
        x[1].narrow(2, start: 0, length: t + 1), x[2].narrow(2, start: 0, length: t + 1), options)
      XCTAssertEqual(
        OperationChecker.compare(
          "position \(t)", Plain(one), Plain(try whole.narrow(2, start: t, length: 1)), .float32), [])
    }
  }
}
