/// Convolutions with one output channel per group, such as depthwise ones: a matrix product of one row is slower than
/// running over the rows of the image for each element of the kernel.
enum DirectConvolution {
  @inline(__always)
  static func suits(_ geometry: ConvolutionGeometry) -> Bool {
    geometry.outputsPerGroup == 1 && geometry.channelsPerGroup <= 4 && !geometry.isPointwise
  }

  /// Calls `body` with each element of the kernel and the place in the patch at which its first row begins.
  @inline(__always)
  private static func forEachTap(_ patch: Patch, channels: Int, _ body: (_ tap: Int, _ place: Int) -> Void) {
    let geometry = patch.geometry
    var tap = 0
    for c in 0..<channels {
      for i in 0..<geometry.kernelHeight {
        for j in 0..<geometry.kernelWidth {
          body(tap, (c * patch.height + i * geometry.dilationHeight) * patch.width + j * geometry.dilationWidth)
          tap += 1
        }
      }
    }
  }

  @inline(__always)
  static func forward<T: Real>(
    _ patch: Patch, _ x: UnsafePointer<T>, _ kernel: UnsafePointer<T>, bias: UnsafePointer<T>?,
    _ y: UnsafeMutablePointer<T>
  ) {
    let (geometry, block) = (patch.geometry, patch.block)
    let (down, across) = (geometry.strideHeight * patch.width, geometry.strideWidth)
    for row in 0..<block.rows {
      let to = y + row * geometry.outputWidth
      to.update(repeating: bias?[0] ?? 0, count: block.columns)
      forEachTap(patch, channels: geometry.channelsPerGroup) { tap, place in
        let from = x + place + row * down
        let factor = kernel[tap]
        if across == 1 {
          for k in 0..<block.columns { to[k] += factor * from[k] }
        } else {
          for k in 0..<block.columns { to[k] += factor * from[k &* across] }
        }
      }
    }
  }

  @inline(__always)
  static func inputGradient<T: Real>(
    _ patch: Patch, _ g: UnsafePointer<T>, _ kernel: UnsafePointer<T>, channels: Int, _ x: UnsafeMutablePointer<T>
  ) {
    let (geometry, block) = (patch.geometry, patch.block)
    let (down, across) = (geometry.strideHeight * patch.width, geometry.strideWidth)
    x.update(repeating: 0, count: channels * patch.height * patch.width)
    for row in 0..<block.rows {
      let from = g + row * geometry.outputWidth
      forEachTap(patch, channels: channels) { tap, place in
        let to = x + place + row * down
        let factor = kernel[tap]
        if across == 1 {
          for k in 0..<block.columns { to[k] += factor * from[k] }
        } else {
          for k in 0..<block.columns { to[k &* across] += factor * from[k] }
        }
      }
    }
  }

  @inline(__always)
  static func weightGradient<T: Real>(
    _ patch: Patch, _ x: UnsafePointer<T>, _ g: UnsafePointer<T>, channels: Int, _ kernel: UnsafeMutablePointer<T>,
    isFirst: Bool
  ) {
    let (geometry, block) = (patch.geometry, patch.block)
    let (down, across) = (geometry.strideHeight * patch.width, geometry.strideWidth)
    forEachTap(patch, channels: channels) { tap, place in
      var lanes = SIMD8<T>(repeating: 0)
      var rest: T = 0
      for row in 0..<block.rows {
        let from = x + place + row * down
        let slope = g + row * geometry.outputWidth
        var k = 0
        if across == 1 {
          while k &+ 8 <= block.columns {
            lanes += Lanes.load(from + k) * Lanes.load(slope + k)
            k &+= 8
          }
        }
        while k < block.columns {
          rest += from[k &* across] * slope[k]
          k &+= 1
        }
      }
      let sum = Lanes.sum(lanes) + rest
      kernel[tap] = isFirst ? sum : kernel[tap] + sum
    }
  }
}
