import CLua
import Glibc

extension LuaHost {
  /// Prints text as a script's `print` would, in the same order.
  public func write(_ text: String) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Hands on what was printed so far. Do it before writing to standard error.
  public func flushOutput() {
    guard !printed.isEmpty else { return }
    let bytes = printed
    printed.removeAll(keepingCapacity: true)
    bytes.withUnsafeBufferPointer(output)
  }

  /// The line of the script's main part that is being run; `nil` outside of a run, and in coroutines.
  public var mainLine: Int? {
    guard let frames = try? stack.frames(limit: 250) else { return nil }
    return frames.last { $0.isMain && $0.isScript }?.line
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    printObserver?(self, bytes)
    printed.append(contentsOf: bytes)
    if printed.count >= 16 * 1024 || (flushesEachLine && bytes.contains(UInt8(ascii: "\n"))) { flushOutput() }
  }

  func pushFormatted(_ index: Int32, _ state: OpaquePointer) -> Int32 {
    guard let format else { return 0 }
    let stack = LuaStack(state)
    let height = stack.count
    let text = format(stack, Int(index))
    lua_settop(state, Int32(height))
    guard let text else { return 0 }
    stack.push(text)
    return 1
  }
}

enum StandardOutput {
  static var isTerminal: Bool { isatty(1) != 0 }

  static func write(_ bytes: UnsafeBufferPointer<UInt8>) {
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
