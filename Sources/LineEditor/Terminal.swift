import Glibc

/// The terminal that the program talks to: modes, size, bytes.
public final class Terminal {
  private var saved = termios()
  private var isRaw = false

  public init() {}

  /// Whether standard input and output are one.
  public static var isThere: Bool { isatty(0) != 0 && isatty(1) != 0 }

  /// Whether it can move its cursor.
  public static var isCapable: Bool {
    guard let name = getenv("TERM").map({ String(cString: $0) }) else { return false }
    return !name.isEmpty && name != "dumb"
  }

  /// Hands over each key at once, unseen; pastes arrive marked. False when the terminal refuses.
  func enterRawMode() -> Bool {
    guard !isRaw, tcgetattr(0, &saved) == 0 else { return isRaw }
    var raw = saved
    raw.c_iflag &= ~tcflag_t(ICRNL | INLCR | IXON | ISTRIP)
    raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
    withUnsafeMutableBytes(of: &raw.c_cc) { bytes in
      bytes[Int(VMIN)] = 1
      bytes[Int(VTIME)] = 0
    }
    guard tcsetattr(0, TCSADRAIN, &raw) == 0 else { return false }
    isRaw = true
    write("\u{1B}[?2004h")
    return true
  }

  func leaveRawMode() {
    guard isRaw else { return }
    write("\u{1B}[?2004l")
    tcsetattr(0, TCSADRAIN, &saved)
    isRaw = false
  }

  /// Columns and rows.
  public static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = UnsafeBufferPointer(rebasing: rest)
        let count = Glibc.write(1, piece.baseAddress, piece.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  private var waiting: ArraySlice<UInt8> = []

  func readByte() -> UInt8? {
    if let byte = waiting.popFirst() { return byte }
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(0, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return nil }
      waiting = piece[..<count]
      return waiting.popFirst()
    }
  }

  /// Whether a byte is there, or comes within these milliseconds.
  func hasByte(within milliseconds: Int32) -> Bool {
    if !waiting.isEmpty { return true }
    var entry = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }
}
