/// The sizes of a two-dimensional convolution, from which all else follows. One dimension is a height of 1.
///
/// Output place `(y, x)` sees input rows `y * strideHeight - paddingTop + i * dilationHeight` for `i` below the kernel's
/// height, and columns alike; places outside of the input are zeros. Padding at the bottom and on the right is what the
/// output's size implies.
public struct ConvolutionGeometry: Sendable, Equatable {
  public var batch: Int
  public var inputChannels: Int, height: Int, width: Int
  public var outputChannels: Int, outputHeight: Int, outputWidth: Int
  public var kernelHeight: Int, kernelWidth: Int
  public var strideHeight: Int, strideWidth: Int
  public var paddingTop: Int, paddingLeft: Int
  public var dilationHeight: Int, dilationWidth: Int
  public var groups: Int

  public init(
    batch: Int, input: (channels: Int, height: Int, width: Int), output: (channels: Int, height: Int, width: Int),
    kernel: (height: Int, width: Int), stride: (height: Int, width: Int), padding: (top: Int, left: Int),
    dilation: (height: Int, width: Int), groups: Int
  ) {
    self.batch = batch
    (inputChannels, height, width) = input
    (outputChannels, outputHeight, outputWidth) = output
    (kernelHeight, kernelWidth) = kernel
    (strideHeight, strideWidth) = stride
    (paddingTop, paddingLeft) = padding
    (dilationHeight, dilationWidth) = dilation
    self.groups = groups
  }

  /// Input channels that one output channel sees.
  public var channelsPerGroup: Int { inputChannels / groups }
  public var outputsPerGroup: Int { outputChannels / groups }
  /// Elements of one channel of the kernel.
  public var taps: Int { kernelHeight * kernelWidth }
  /// Elements of one channel of the input.
  public var plane: Int { height * width }
  /// Elements of one channel of the output.
  public var outputPlane: Int { outputHeight * outputWidth }
  public var weightCount: Int { outputChannels * channelsPerGroup * taps }

  /// Whether each output place sees exactly the input place of the same number, so that no columns need be gathered.
  var isPointwise: Bool {
    taps == 1 && strideHeight == 1 && strideWidth == 1 && paddingTop == 0 && paddingLeft == 0
      && outputHeight == height && outputWidth == width
  }

  /// A rectangle of output places, worked on at once so that its columns stay in cache.
  struct Block {
    var row: Int, rows: Int
    var column: Int, columns: Int
    var places: Int { rows * columns }
  }

  /// Elements of the columns of one block: a quarter of a megabyte of floats.
  static let blockElements = 1 << 16
  /// Places below which matrix products get slow.
  static let fewestPlaces = 64

  /// How the output is cut into blocks when `channels` input channels are worked on: a function of the sizes alone.
  func blocks(channels: Int) -> BlockGrid {
    let places = max(Self.fewestPlaces, Self.blockElements / max(1, channels * taps))
    if outputWidth >= places { return BlockGrid(self, rows: 1, columns: places) }
    return BlockGrid(self, rows: min(outputHeight, max(1, places / max(1, outputWidth))), columns: outputWidth)
  }

  struct BlockGrid {
    private let geometry: ConvolutionGeometry
    let rows: Int, columns: Int
    private let across: Int
    let count: Int
    /// The most places that a block has.
    var places: Int { rows * columns }

    init(_ geometry: ConvolutionGeometry, rows: Int, columns: Int) {
      self.geometry = geometry
      self.rows = max(1, rows)
      self.columns = max(1, columns)
      across = (geometry.outputWidth + self.columns - 1) / self.columns
      count = across * ((geometry.outputHeight + self.rows - 1) / self.rows)
    }

    @inline(__always)
    subscript(index: Int) -> Block {
      let row = (index / across) * rows
      let column = (index % across) * columns
      return Block(
        row: row, rows: min(rows, geometry.outputHeight - row), column: column,
        columns: min(columns, geometry.outputWidth - column))
    }
  }

  /// The most places of the input, borders and channels included, that one block sees; a Double, since it may be absurd.
  public var largestPatch: Double {
    if isPointwise { return 0 }
    let grid = blocks(channels: channelsPerGroup)
    let height = Double(grid.rows - 1) * Double(strideHeight) + Double(kernelHeight - 1) * Double(dilationHeight) + 1
    let width = Double(grid.columns - 1) * Double(strideWidth) + Double(kernelWidth - 1) * Double(dilationWidth) + 1
    return Double(channelsPerGroup) * height * width
  }

  /// Rows and columns of the input, borders included, that a block of this size sees.
  @inline(__always)
  func patch(rows: Int, columns: Int) -> (height: Int, width: Int) {
    (
      (rows - 1) * strideHeight + (kernelHeight - 1) * dilationHeight + 1,
      (columns - 1) * strideWidth + (kernelWidth - 1) * dilationWidth + 1
    )
  }
}
