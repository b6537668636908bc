/// The three maps of a convolution `y = x * w`, each linear in both of its arguments, over `{batch, channels, height, width}`
/// and weights `{outputs, channels per group, kernel height, kernel width}`.
///
/// Columns are gathered for a block of output places at a time into a small scratch, never for a whole batch. Tiles
/// depend on the sizes alone. Sums over the batch run in fixed chunks that are added in order.
public enum Convolution {
  /// Multiplications that make handing out a tile worthwhile.
  private static let workPerTile = 1 << 19

  /// The output, plus one number of `bias` for each output channel.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func forward<T: Real>(
    _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>, bias: UnsafePointer<T>?, _ y: UnsafeMutablePointer<T>,
    _ geometry: ConvolutionGeometry
  ) {
    let (channels, outputs) = (geometry.channelsPerGroup, geometry.outputsPerGroup)
    let depth = channels * geometry.taps
    let grid = geometry.blocks(channels: channels)
    let isDirect = DirectConvolution.suits(geometry)
    let grain = max(1, workPerTile / max(1, outputs * depth * grid.places))
    Parallel.forEachRange(geometry.batch * geometry.groups * grid.count, grain: grain) { first, count in
      let scratch = ConvolutionScratch<T>(geometry, grid, channels: channels)
      defer { scratch.free() }
      for piece in first..<(first + count) {
        let (image, group) = (piece / grid.count / geometry.groups, piece / grid.count % geometry.groups)
        let block = grid[piece % grid.count]
        let from = x + (image * geometry.inputChannels + group * channels) * geometry.plane
        let kernel = weight + group * outputs * depth
        let place = block.row * geometry.outputWidth + block.column
        let to = y + (image * geometry.outputChannels + group * outputs) * geometry.outputPlane + place
        let start = bias.map { $0 + group * outputs }
        if isDirect {
          let patch = Patch(geometry, block)
          patch.load(from, channels: channels, scratch.patch)
          DirectConvolution.forward(patch, scratch.patch, kernel, bias: start, to)
        } else {
          // A block is whole rows, or a part of one: its places are neighbours in the output.
          fill(to, start, outputs, geometry.outputPlane, block.places)
          if T.self == Float.self && !geometry.isPointwise {
            scratch.product(kernel, from, to, geometry, block, beta: start == nil ? 0 : 1)
            continue
          }
          let columns = scratch.columns(from, geometry, block, channels: channels)
          Gemm.block(
            kernel, stride: depth, transposed: false, columns.pointer, stride: columns.stride, transposed: false, to,
            geometry.outputPlane, outputs, block.places, depth, start == nil ? 0 : 1)
        }
      }
    }
  }

  @inline(__always)
  private static func fill<T: Real>(
    _ y: UnsafeMutablePointer<T>, _ bias: UnsafePointer<T>?, _ outputs: Int, _ stride: Int, _ places: Int
  ) {
    guard let bias else { return }
    for o in 0..<outputs { (y + o * stride).update(repeating: bias[o], count: places) }
  }

  /// The gradient of the input from that of the output: also the transposed convolution of `g`.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func inputGradient<T: Real>(
    _ g: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ x: UnsafeMutablePointer<T>, _ geometry: ConvolutionGeometry
  ) {
    let (channels, outputs) = (geometry.channelsPerGroup, geometry.outputsPerGroup)
    let depth = channels * geometry.taps
    // Channels do not meet, so a tile takes as many as fit into cache.
    let together = ConvolutionGeometry.blockElements / max(1, geometry.taps * min(max(1, geometry.outputPlane), 256))
    let span = max(1, min(channels, together))
    let spans = (channels + span - 1) / span
    let grid = geometry.blocks(channels: span)
    let isDirect = DirectConvolution.suits(geometry)
    let grain = max(1, workPerTile / max(1, outputs * span * geometry.taps * geometry.outputPlane))
    Parallel.forEachRange(geometry.batch * geometry.groups * spans, grain: grain) { first, count in
      let scratch = ConvolutionScratch<T>(geometry, grid, channels: span)
      defer { scratch.free() }
      for piece in first..<(first + count) {
        let (image, group) = (piece / spans / geometry.groups, piece / spans % geometry.groups)
        let channel = (piece % spans) * span
        let width = min(span, channels - channel)
        let to = x + (image * geometry.inputChannels + group * channels + channel) * geometry.plane
        let from = g + (image * geometry.outputChannels + group * outputs) * geometry.outputPlane
        let kernel = weight + group * outputs * depth + channel * geometry.taps
        to.update(repeating: 0, count: width * geometry.plane)
        for index in 0..<grid.count {
          let block = grid[index]
          let slope = from + block.row * geometry.outputWidth + block.column
          let patch = Patch(geometry, block)
          if isDirect {
            DirectConvolution.inputGradient(patch, slope, kernel, channels: width, scratch.patch)
            patch.unload(scratch.patch, channels: width, to)
            continue
          }
          if geometry.isPointwise {
            Gemm.block(
              kernel, stride: depth, transposed: true, slope, stride: geometry.outputPlane, transposed: false,
              to + block.row * geometry.width + block.column, geometry.plane, width, block.places, outputs, 0)
            continue
          }
          Gemm.block(
            kernel, stride: depth, transposed: true, slope, stride: geometry.outputPlane, transposed: false,
            scratch.matrix, block.places, width * geometry.taps, block.places, outputs, 0)
          patch.scatter(scratch.matrix, channels: width, scratch.patch)
          patch.unload(scratch.patch, channels: width, to)
        }
      }
    }
  }

  /// The gradient of the weight, summed over the batch.
  @_specialize(where T == Float)
  @_specialize(where T == Double)
  public static func weightGradient<T: Real>(
    _ x: UnsafePointer<T>, _ g: UnsafePointer<T>, _ weight: UnsafeMutablePointer<T>, _ geometry: ConvolutionGeometry
  ) {
    let total = geometry.weightCount
    if total == 0 { return }
    if geometry.batch == 0 || geometry.outputPlane == 0 {
      weight.update(repeating: 0, count: total)
      return
    }
    let plan = WeightGradientPlan(geometry)
    let partial = plan.chunks == 1 ? weight : UnsafeMutablePointer<T>.allocate(capacity: plan.chunks * total)
    defer { if plan.chunks > 1 { partial.deallocate() } }
    Parallel.forEach(tiles: plan.chunks * plan.pieces) { tile in
      weightTile(x, g, partial + (tile / plan.pieces) * total, geometry, plan, tile)
    }
    if plan.chunks == 1 { return }
    Parallel.forEachRange(total, grain: max(1, Parallel.elementsPerTile / plan.chunks)) { start, count in
      let to = weight + start
      to.update(from: partial + start, count: count)
      for chunk in 1..<plan.chunks {
        let from = partial + chunk * total + start
        for i in 0..<count { to[i] += from[i] }
      }
    }
  }

  /// How the gradient of the weight is cut: the batch into chunks, the weight into pieces of input channels.
  struct WeightGradientPlan {
    let chunks: Int, imagesPerChunk: Int
    let span: Int, spans: Int
    let pieces: Int

    init(_ geometry: ConvolutionGeometry) {
      let channels = geometry.channelsPerGroup
      // Partial sums of at most four million elements together.
      let most = max(1, min(32, (1 << 22) / max(1, geometry.weightCount)))
      imagesPerChunk = max(1, (geometry.batch + most - 1) / most)
      chunks = max(1, (geometry.batch + imagesPerChunk - 1) / imagesPerChunk)
      let wanted = max(1, 32 / (chunks * geometry.groups))
      span = max(min(channels, 8), (channels + wanted - 1) / wanted)
      spans = (channels + span - 1) / span
      pieces = geometry.groups * spans
    }
  }

  @inline(__always)
  private static func weightTile<T: Real>(
    _ x: UnsafePointer<T>, _ g: UnsafePointer<T>, _ partial: UnsafeMutablePointer<T>, _ geometry: ConvolutionGeometry,
    _ plan: WeightGradientPlan, _ tile: Int
  ) {
    let (channels, outputs) = (geometry.channelsPerGroup, geometry.outputsPerGroup)
    let depth = channels * geometry.taps
    let (chunk, piece) = (tile / plan.pieces, tile % plan.pieces)
    let (group, channel) = (piece / plan.spans, (piece % plan.spans) * plan.span)
    let width = min(plan.span, channels - channel)
    let grid = geometry.blocks(channels: width)
    let scratch = ConvolutionScratch<T>(geometry, grid, channels: width)
    defer { scratch.free() }
    let to = partial + group * outputs * depth + channel * geometry.taps
    let isDirect = DirectConvolution.suits(geometry)
    let images = (chunk * plan.imagesPerChunk)..<min(geometry.batch, (chunk + 1) * plan.imagesPerChunk)
    for image in images {
      let from = x + (image * geometry.inputChannels + group * channels + channel) * geometry.plane
      let slopes = g + (image * geometry.outputChannels + group * outputs) * geometry.outputPlane
      for index in 0..<grid.count {
        let block = grid[index]
        let slope = slopes + block.row * geometry.outputWidth + block.column
        let isFirst = image == images.lowerBound && index == 0
        if isDirect {
          let patch = Patch(geometry, block)
          patch.load(from, channels: width, scratch.patch)
          DirectConvolution.weightGradient(patch, scratch.patch, slope, channels: width, to, isFirst: isFirst)
          continue
        }
        let columns = scratch.columns(from, geometry, block, channels: width)
        Gemm.block(
          slope, stride: geometry.outputPlane, transposed: false, columns.pointer, stride: columns.stride,
          transposed: true, to, depth, outputs, width * geometry.taps, block.places, isFirst ? 0 : 1)
      }
    }
  }
}

/// The memory that one tile works in.
struct ConvolutionScratch<T: Real> {
  private let patchMemory: Scratch<T>
  private let matrixMemory: Scratch<T>

  var patch: UnsafeMutablePointer<T> { patchMemory.pointer }
  var matrix: UnsafeMutablePointer<T> { matrixMemory.pointer }

  init(_ geometry: ConvolutionGeometry, _ grid: ConvolutionGeometry.BlockGrid, channels: Int) {
    let isEmpty = geometry.isPointwise
    patchMemory = Scratch(isEmpty ? 1 : Patch.elements(geometry, grid, channels: channels))
    matrixMemory = Scratch(
      isEmpty || DirectConvolution.suits(geometry) ? 1 : channels * geometry.taps * grid.places + Patch.slack)
  }

  func free() {
    patchMemory.free()
    matrixMemory.free()
  }

  /// `y = kernel columns + beta y` of Floats, the columns gathered panel by panel.
  @inline(__always)
  func product(
    _ kernel: UnsafePointer<T>, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ geometry: ConvolutionGeometry,
    _ block: ConvolutionGeometry.Block, beta: Float
  ) {
    let (channels, outputs) = (geometry.channelsPerGroup, geometry.outputsPerGroup)
    let depth = channels * geometry.taps
    let patch = Patch(geometry, block)
    patch.load(x, channels: channels, self.patch)
    let memory = UnsafeRawPointer(self.patch).assumingMemoryBound(to: Float.self)
    FloatProduct(
      .init(UnsafeRawPointer(kernel).assumingMemoryBound(to: Float.self), stride: depth, transposed: false),
      PatchColumns(patch: patch, memory: memory), UnsafeMutableRawPointer(y).assumingMemoryBound(to: Float.self),
      cStride: geometry.outputPlane, ProductPlan(m: outputs, n: block.places, k: depth), beta: beta
    ).runAlone()
  }

  /// What the places of a block see, as a matrix `{channels * taps, places}`.
  @inline(__always)
  func columns(
    _ x: UnsafePointer<T>, _ geometry: ConvolutionGeometry, _ block: ConvolutionGeometry.Block, channels: Int
  ) -> (pointer: UnsafePointer<T>, stride: Int) {
    if geometry.isPointwise { return (x + block.row * geometry.width + block.column, geometry.plane) }
    let patch = Patch(geometry, block)
    patch.load(x, channels: channels, self.patch)
    patch.gather(self.patch, channels: channels, matrix)
    return (UnsafePointer(matrix), block.places)
  }
}
