/// How a product of Floats is cut: a function of its shape and of nothing else.
struct ProductPlan {
  let m: Int, n: Int, k: Int
  /// The depth is walked in blocks of this length, the last of which may be shorter.
  let depth: Int
  let blocks: Int
  /// Rows and columns of one tile; columns are whole panels.
  let tileRows: Int, tileColumns: Int
  let rows: Int, columns: Int
  /// Whether several rows of tiles use the same panels, and these are packed once for all, before the tiles begin.
  let sharesPanels: Bool

  var tiles: Int { rows * columns }
  var panels: Int { (n + ProductKernel.width - 1) / ProductKernel.width }

  /// Depth of a block: a panel and a strip of it stay in the first cache together.
  private static let greatestDepth = 320
  /// Products up to this many multiplications are one tile, some six microseconds.
  private static let workOfOneTile = 1 << 18
  /// Up to this many multiplications a product is cut along its columns alone, so that a tile packs what only it needs.
  private static let workOfColumns = 1 << 23
  /// Numbers of a left operand that stay in the second cache.
  private static let residentLeft = 1 << 16
  /// Rows and columns of a tile of a larger product.
  private static let mostRows = 192, mostColumns = 512
  /// Tiles that a larger product has at least, if its shape allows, and the fewest strips and panels that they have then.
  private static let fewestTiles = 8, fewestStrips = 8, fewestPanels = 8

  init(m: Int, n: Int, k: Int) {
    (self.m, self.n, self.k) = (m, n, k)
    blocks = max(1, (k + Self.greatestDepth - 1) / Self.greatestDepth)
    depth = blocks == 1 ? k : ((k + blocks - 1) / blocks + 7) & ~7
    let (height, width) = (ProductKernel.height, ProductKernel.width)
    let (strips, panels) = ((m + height - 1) / height, (n + width - 1) / width)
    let work = Double(m) * Double(n) * Double(max(1, k))
    func even(_ count: Int, _ most: Int) -> Int {
      let pieces = max(1, (count + most - 1) / most)
      return (count + pieces - 1) / pieces
    }
    var (tileStrips, tilePanels) = (strips, panels)
    if work > Double(Self.workOfOneTile) {
      if work <= Double(Self.workOfColumns) && m * depth <= Self.residentLeft && panels > 3 {
        let perPanel = Double(m * width) * Double(max(1, k))
        tilePanels = even(panels, max(1, min(panels / 2, Int(Double(Self.workOfOneTile) / perPanel))))
      } else {
        tilePanels = even(panels, Self.mostColumns / width)
        func pieces() -> Int { (panels + tilePanels - 1) / tilePanels }
        let wanted = max(Self.fewestStrips, strips * pieces() / Self.fewestTiles)
        tileStrips = even(strips, min(Self.mostRows / height, wanted))
        while tilePanels > Self.fewestPanels, (strips + tileStrips - 1) / tileStrips * pieces() < Self.fewestTiles {
          tilePanels = (tilePanels + 1) / 2
        }
      }
    }
    tileRows = min(max(1, m), tileStrips * height)
    tileColumns = max(1, tilePanels) * width
    rows = (m + tileRows - 1) / tileRows
    columns = (n + tileColumns - 1) / tileColumns
    sharesPanels = rows > 1
  }

  @inline(__always)
  func tile(_ index: Int) -> (row: Int, rows: Int, column: Int, columns: Int) {
    let row = (index / columns) * tileRows
    let column = (index % columns) * tileColumns
    return (row, min(tileRows, m - row), column, min(tileColumns, n - column))
  }
}
