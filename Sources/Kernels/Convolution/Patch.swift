/// The part of an input that one block of output places sees, channels one behind the other, with the zeros of the
/// border written out: gathering columns from it needs no checks.
struct Patch {
  let geometry: ConvolutionGeometry
  let block: ConvolutionGeometry.Block
  let height: Int, width: Int
  /// The input's row and column at the patch's first element; negative inside of the border.
  private let top: Int, left: Int
  /// The rows and columns of the patch that lie in the input.
  private let rows: Range<Int>, columns: Range<Int>

  init(_ geometry: ConvolutionGeometry, _ block: ConvolutionGeometry.Block) {
    self.geometry = geometry
    self.block = block
    (height, width) = geometry.patch(rows: block.rows, columns: block.columns)
    top = block.row * geometry.strideHeight - geometry.paddingTop
    left = block.column * geometry.strideWidth - geometry.paddingLeft
    func inside(_ first: Int, _ count: Int, _ limit: Int) -> Range<Int> {
      let low = min(max(0, -first), count)
      return low..<max(low, min(count, limit - first))
    }
    rows = inside(top, height, geometry.height)
    columns = inside(left, width, geometry.width)
  }

  /// Elements that `channels` channels take; vectors may reach beyond by `slack`.
  static func elements(_ geometry: ConvolutionGeometry, _ grid: ConvolutionGeometry.BlockGrid, channels: Int) -> Int {
    let (height, width) = geometry.patch(rows: grid.rows, columns: grid.columns)
    return channels * height * width + slack
  }
  /// Elements behind a buffer that whole vectors may read or write.
  static let slack = 8

  /// Copies `channels` channels of the input, the first of which begins at `x`.
  @inline(__always)
  func load<T: Real>(_ x: UnsafePointer<T>, channels: Int, _ patch: UnsafeMutablePointer<T>) {
    if rows.count < height || columns.count < width {
      patch.update(repeating: 0, count: channels * height * width)
    }
    for c in 0..<channels {
      for row in rows {
        let from = x + c * geometry.plane + (top + row) * geometry.width + (left + columns.lowerBound)
        let to = patch + (c * height + row) * width + columns.lowerBound
        for i in 0..<columns.count { to[i] = from[i] }
      }
    }
  }

  /// Adds the patch to the input's gradient, without what fell on the border.
  @inline(__always)
  func unload<T: Real>(_ patch: UnsafePointer<T>, channels: Int, _ x: UnsafeMutablePointer<T>) {
    for c in 0..<channels {
      for row in rows {
        let to = x + c * geometry.plane + (top + row) * geometry.width + (left + columns.lowerBound)
        let from = patch + (c * height + row) * width + columns.lowerBound
        for i in 0..<columns.count { to[i] += from[i] }
      }
    }
  }

  /// The matrix `{channels * taps, places}` of what each output place sees: rows by channel, kernel row, kernel column.
  ///
  /// Whole vectors are copied; what they write behind a row of places is overwritten by the next.
  @inline(__always)
  func gather<T: Real>(_ patch: UnsafePointer<T>, channels: Int, _ matrix: UnsafeMutablePointer<T>) {
    var to = matrix
    let (down, across) = (geometry.strideHeight * width, geometry.strideWidth)
    for c in 0..<channels {
      for i in 0..<geometry.kernelHeight {
        for j in 0..<geometry.kernelWidth {
          var from = patch + (c * height + i * geometry.dilationHeight) * width + j * geometry.dilationWidth
          for _ in 0..<block.rows {
            if across == 1 {
              var k = 0
              while k < block.columns {
                Lanes.store(Lanes.load(from + k), to + k)
                k &+= 8
              }
            } else {
              for k in 0..<block.columns { to[k] = from[k &* across] }
            }
            from += down
            to += block.columns
          }
        }
      }
    }
  }

  /// Adds the columns' gradients to the places of the patch from which `gather` takes them.
  @inline(__always)
  func scatter<T: Real>(_ matrix: UnsafePointer<T>, channels: Int, _ patch: UnsafeMutablePointer<T>) {
    var from = matrix
    let (down, across) = (geometry.strideHeight * width, geometry.strideWidth)
    let whole = block.columns & ~7
    let beyond = Lanes.from(T.self, block.columns - whole)
    patch.update(repeating: 0, count: channels * height * width + Self.slack)
    for c in 0..<channels {
      for i in 0..<geometry.kernelHeight {
        for j in 0..<geometry.kernelWidth {
          var to = patch + (c * height + i * geometry.dilationHeight) * width + j * geometry.dilationWidth
          for _ in 0..<block.rows {
            if across == 1 {
              var k = 0
              while k < whole {
                Lanes.store(Lanes.load(to + k) + Lanes.load(from + k), to + k)
                k &+= 8
              }
              if whole < block.columns {
                let part = Lanes.load(from + whole).replacing(with: SIMD8(repeating: 0), where: beyond)
                Lanes.store(Lanes.load(to + whole) + part, to + whole)
              }
            } else {
              for k in 0..<block.columns { to[k &* across] += from[k] }
            }
            to += down
            from += block.columns
          }
        }
      }
    }
  }
}
