import Glibc

/// How figures are drawn in a terminal.
public struct TerminalStyle: Equatable, Sendable {
  /// What lines, bars and images are made of. Titles, axes and numbers are text in all of them.
  public enum Graphics: String, CaseIterable, Sendable {
    /// Pixels, by the graphics protocol of kitty, which Ghostty and WezTerm speak, too.
    /// https://sw.kovidgoyal.net/kitty/graphics-protocol/
    case kitty
    /// Pixels, as DEC's VT340 took them: xterm, foot, mlterm, tmux 3.4, ...
    case sixel
    /// Quarters of cells, for fonts without braille.
    case blocks
    /// Dots of braille, eight in a cell.
    case braille
    /// No figures.
    case none
  }

  public enum Colors: Sendable {
    case none
    /// The 256 colours of xterm.
    case indexed
    case direct
  }

  public var graphics = Graphics.braille
  /// Columns to use, 20...400.
  public var width = 80
  public var colors = Colors.none
  /// Pixels of a cell, for graphics made of pixels.
  public var cellWidth = 10
  public var cellHeight = 20

  /// Text without colours, 80 columns wide: what goes into files.
  public init() {}

  /// What the terminal behind a file can show, as far as its size and the environment tell: colours unless `NO_COLOR` is
  /// set, kitty's pixels where a variable promises them. Anything but a terminal gets plain text.
  public init(terminal file: Int32) {
    guard isatty(file) != 0 else { return }
    var size = winsize()
    if ioctl(file, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1, size.ws_row > 0 {
      width = min(400, max(20, Int(size.ws_col)))
      if size.ws_xpixel >= size.ws_col, size.ws_ypixel >= size.ws_row {
        setCell(width: Int(size.ws_xpixel) / Int(size.ws_col), height: Int(size.ws_ypixel) / Int(size.ws_row))
      }
    }
    func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    let kind = variable("TERM")
    guard !kind.isEmpty, kind != "dumb" else { return }
    let speaksKitty =
      !variable("KITTY_WINDOW_ID").isEmpty || ["xterm-kitty", "xterm-ghostty"].contains(kind)
      || ["ghostty", "WezTerm"].contains(variable("TERM_PROGRAM"))
    // tmux passes kitty's pictures on only where it is told to.
    if speaksKitty, variable("TMUX").isEmpty { graphics = .kitty }
    guard variable("NO_COLOR").isEmpty else { return }
    let isDirect = ["truecolor", "24bit"].contains(variable("COLORTERM")) || speaksKitty || kind.hasSuffix("-direct")
    colors = isDirect ? .direct : .indexed
  }

  /// The pixels of a cell, if they are believable.
  public mutating func setCell(width: Int, height: Int) {
    guard (4...100).contains(width), (6...200).contains(height) else { return }
    (cellWidth, cellHeight) = (width, height)
  }

  var hasPixels: Bool { graphics == .kitty || graphics == .sixel }
}

/// Codes for colours.
extension TerminalStyle {
  /// The text in a colour.
  func paint(_ text: String, _ color: Color) -> String {
    colors == .none ? text : "\u{1B}[\(code(color, 38))m\(text)\u{1B}[0m"
  }

  /// The code of a colour: 38 for ink, 48 for what is behind it.
  func code(_ color: Color, _ plane: Int) -> String {
    guard colors == .indexed else { return "\(plane);2;\(color.red);\(color.green);\(color.blue)" }
    return "\(plane);5;\(color.indexed)"
  }
}

extension Color {
  /// The nearest of xterm's colours 16 to 255: a cube of 6x6x6, and 24 greys.
  var indexed: Int {
    func level(_ channel: UInt8) -> Int { channel < 48 ? 0 : channel < 115 ? 1 : (Int(channel) - 35) / 40 }
    func value(_ level: Int) -> Int { level == 0 ? 0 : 55 + 40 * level }
    func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
      let (dr, dg, db) = (Int(red) - r, Int(green) - g, Int(blue) - b)
      return dr * dr + dg * dg + db * db
    }
    let (r, g, b) = (level(red), level(green), level(blue))
    let grey = min(23, max(0, ((Int(red) + Int(green) + Int(blue)) / 3 - 3) / 10))
    let cube = distance(value(r), value(g), value(b))
    return distance(8 + 10 * grey, 8 + 10 * grey, 8 + 10 * grey) < cube ? 232 + grey : 16 + 36 * r + 6 * g + b
  }
}
