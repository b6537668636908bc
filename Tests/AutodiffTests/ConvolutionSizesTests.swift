import Autodiff
import Kernels
import Tensors
import XCTest

/// Convolutions of sizes that need several blocks, chunks of the batch and groups of channels, against plain loops; and
/// the same bits however many threads there are.
final class ConvolutionSizesTests: XCTestCase {
  private struct Case {
    var batch = 1
    var input: [Int]
    var weight: [Int]
    var stride = [1, 1]
    var padding = [0, 0]
    var dilation = [1, 1]
    var groups = 1
  }

  private static let cases = [
    // Several blocks of rows; several parts of one row; a batch cut into chunks of two.
    Case(batch: 2, input: [16, 60, 64], weight: [5, 16, 3, 3], padding: [1, 1]),
    Case(batch: 1, input: [3, 2, 9000], weight: [4, 3, 1, 5], stride: [1, 2], padding: [0, 2]),
    Case(batch: 65, input: [2, 6, 5], weight: [3, 2, 3, 2], padding: [1, 0]),
    // Channels worked on in several spans, strided and dilated.
    Case(batch: 2, input: [70, 20, 17], weight: [6, 70, 5, 5], stride: [2, 1], padding: [2, 4], dilation: [1, 2]),
    Case(batch: 1, input: [300, 4, 4], weight: [400, 300, 3, 3], padding: [1, 1]),
    // Grouped, depthwise, pointwise.
    Case(batch: 3, input: [12, 18, 19], weight: [8, 3, 3, 3], stride: [2, 3], groups: 4),
    Case(batch: 2, input: [6, 40, 50], weight: [6, 1, 5, 3], padding: [2, 1], groups: 6),
    Case(batch: 2, input: [6, 21, 23], weight: [3, 2, 3, 3], stride: [2, 2], groups: 3),
    Case(batch: 2, input: [20, 90, 80], weight: [7, 20, 1, 1]),
    Case(batch: 1, input: [1, 1, 1], weight: [1, 1, 1, 1], stride: [3, 2]),
    // One row sees nothing but border.
    Case(batch: 1, input: [2, 3, 3], weight: [2, 2, 1, 1], padding: [2, 2]),
  ]

  private func numbers(_ shape: [Int], _ seed: UInt64, _ dtype: DType) throws -> Tensor {
    var numbers = SplitMix(seed)
    return try .from((0..<shape.reduce(1, *)).map { _ in 2 * numbers.fraction() - 1 }, shape: Shape(shape), dtype)
  }

  /// Output and both gradients by loops over every product there is.
  private func plain(_ c: Case, _ x: [Double], _ w: [Double], _ size: [Int], _ g: [Double])
    -> (y: [Double], x: [Double], w: [Double])
  {
    var (y, dx, dw) = ([Double](repeating: 0, count: g.count), x.map { _ in 0.0 }, w.map { _ in 0.0 })
    let (channels, height, width) = (c.input[0], c.input[1], c.input[2])
    let (outputs, depth, kh, kw) = (c.weight[0], c.weight[1], c.weight[2], c.weight[3])
    for b in 0..<c.batch {
      for o in 0..<outputs {
        for d in 0..<depth {
          let channel = o / (outputs / c.groups) * depth + d
          for i in 0..<kh {
            for j in 0..<kw {
              let tap = ((o * depth + d) * kh + i) * kw + j
              for r in 0..<size[0] {
                let row = r * c.stride[0] - c.padding[0] + i * c.dilation[0]
                if row < 0 || row >= height { continue }
                for s in 0..<size[1] {
                  let column = s * c.stride[1] - c.padding[1] + j * c.dilation[1]
                  if column < 0 || column >= width { continue }
                  let from = ((b * channels + channel) * height + row) * width + column
                  let to = ((b * outputs + o) * size[0] + r) * size[1] + s
                  y[to] += w[tap] * x[from]
                  dx[from] += w[tap] * g[to]
                  dw[tap] += x[from] * g[to]
                }
              }
            }
          }
        }
      }
    }
    return (y, dx, dw)
  }

  private func run(_ c: Case, _ dtype: DType) throws -> (x: Tensor, w: Tensor, y: Tensor, g: Tensor) {
    let x = try numbers([c.batch] + c.input, 1, dtype)
    let w = try numbers(c.weight, 2, dtype)
    x.requiresGradient = true
    w.requiresGradient = true
    let y = try x.convolution2d(
      w, nil,
      ConvolutionOptions(stride: c.stride, padding: .places(c.padding), dilation: c.dilation, groups: c.groups))
    let g = try numbers(Array(y.shape), 3, dtype)
    try y.backward(seed: g)
    return (x, w, y, g)
  }

  func testAgainstPlainLoops() throws {
    for (index, c) in Self.cases.enumerated() {
      for dtype in [DType.float64, .float32] {
        let (x, w, y, g) = try run(c, dtype)
        let wanted = plain(c, x.toDoubles(), w.toDoubles(), Array(y.shape[2...]), g.toDoubles())
        let found = [y, try XCTUnwrap(x.gradient), try XCTUnwrap(w.gradient)]
        for (name, found, wanted) in zip3(["output", "input", "weight"], found, [wanted.y, wanted.x, wanted.w]) {
          let scale = max(1, wanted.map(abs).max() ?? 1)
          let worst = zip(found.toDoubles(), wanted).map { abs($0 - $1) }.max() ?? 0
          XCTAssertLessThan(worst, scale * (dtype == .float32 ? 2e-5 : 1e-12), "case \(index + 1), \(name), \(dtype)")
        }
      }
    }
  }

  private func zip3<A, B, C>(_ a: [A], _ b: [B], _ c: [C]) -> [(A, B, C)] {
    zip(a, zip(b, c)).map { ($0, $1.0, $1.1) }
  }

  func testSameBitsAtAnyNumberOfThreads() throws {
    defer {
      Parallel.threads = 1
      Parallel.scrambleOrder(0)
    }
    func bits(_ c: Case) throws -> [[UInt64]] {
      let (x, w, y, _) = try run(c, .float32)
      return try [y, XCTUnwrap(x.gradient), XCTUnwrap(w.gradient)].map { $0.toDoubles().map(\.bitPattern) }
    }
    for (index, c) in Self.cases.enumerated() {
      Parallel.threads = 1
      Parallel.scrambleOrder(0)
      let expected = try bits(c)
      for threads in 2...4 {
        Parallel.threads = threads
        Parallel.scrambleOrder(UInt64(threads * 31))
        XCTAssertEqual(try bits(c), expected, "case \(index + 1) at \(threads) threads")
      }
    }
  }

  /// A result that only the weight needs must not cost a gradient of the input.
  func testOnlyWhatIsWantedIsComputed() throws {
    let x = try numbers([2, 3, 8, 8], 1, .float32)
    let w = try numbers([4, 3, 3, 3], 2, .float32)
    w.requiresGradient = true
    let y = try x.convolution2d(w)
    let before = Storage.statistics.made
    try y.backward(seed: .ones(y.shape))
    let made = Storage.statistics.made - before
    x.requiresGradient = true
    let z = try x.convolution2d(w)
    let beforeBoth = Storage.statistics.made
    try z.backward(seed: .ones(z.shape))
    XCTAssertLessThan(made, Storage.statistics.made - beforeBoth)
    XCTAssertNotNil(x.gradient)
  }
}
