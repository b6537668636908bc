import Autodiff
import Kernels
import Tensors
import XCTest

/// Gradients of the norms of rows over many rows, where sums over rows are made of blocks.
final class RowNormalizationTests: XCTestCase {
  override func tearDown() {
    Parallel.threads = 1
    Parallel.scrambleOrder(0)
  }

  private func gradients(_ name: String, rows: Int, width: Int, _ dtype: DType, createGraph: Bool) throws -> [Tensor] {
    let row = try XCTUnwrap(Operations.named(name))
    var numbers = SplitMix(5)
    func normal(_ shape: Shape) throws -> Tensor {
      try .from((0..<shape.elementCount).map { _ in Double(Float(numbers.normal())) }, shape: shape, dtype)
    }
    let inputs =
      [try normal([rows, width]), try normal([width])] + (name == "layer_norm" ? [try normal([width])] : [])
    for input in inputs { input.requiresGradient = true }
    let seed = try normal([rows, width])
    guard case .tensor(let y) = try row(inputs.map { .tensor($0) } + [.number(1e-5)])[0] else { return [] }
    return try Tensor.gradients(of: [y], seeds: [seed], withRespectTo: inputs, createGraph: createGraph)
  }

  func testFusedGradientsEqualRecordedOnes() throws {
    for name in ["layer_norm", "rms_norm"] {
      for (rows, width) in [(3000, 70), (5, 40_000), (1, 3), (0, 4)] {
        let wanted = try gradients(name, rows: rows, width: width, .float64, createGraph: true).map { Plain($0) }
        for dtype in [DType.float64, .float32] {
          let found = try gradients(name, rows: rows, width: width, dtype, createGraph: false)
          for place in wanted.indices {
            XCTAssertEqual(
              OperationChecker.compare(
                "\(name) of \(rows) rows, gradient \(place + 1)", Plain(found[place]), wanted[place], dtype,
                tolerance: dtype == .float32 ? 1e-4 : 1e-10), [])
          }
        }
      }
    }
  }

  func testBitsAreTheSameAtAnyNumberOfThreads() throws {
    func bits() throws -> [[UInt64]] {
      try gradients("layer_norm", rows: 3001, width: 70, .float32, createGraph: false)
        .map { $0.toDoubles().map(\.bitPattern) }
    }
    Parallel.threads = 1
    let expected = try bits()
    for threads in 2...4 {
      Parallel.threads = threads
      XCTAssertEqual(try bits(), expected, "\(threads) threads")
    }
    Parallel.scrambleOrder(3)
    XCTAssertEqual(try bits(), expected)
  }
}
