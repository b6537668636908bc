/// How deep blocks and brackets are open.
struct LuaBlocks {
  private(set) var depth = 0

  /// Whether the next token stands outside of all blocks and brackets.
  var isTopLevel: Bool { depth == 0 }

  mutating func pass(_ token: LuaToken) {
    guard token.kind == .keyword || token.kind == .symbol else { return }
    switch token.text {
    case "function", "do", "if", "repeat", "(", "{", "[": depth += 1
    case "end", "until", ")", "}", "]": depth = max(0, depth - 1)
    default: break
    }
  }

  /// How many spaces a line after this source begins with: two for each open block.
  static func indentation(after source: String) -> Int {
    var blocks = LuaBlocks()
    // Brackets that open on one line, as in `f({`, indent once.
    var opened: [Int: Int] = [:]
    var lines: [Int] = []
    for token in LuaToken.all(of: source) {
      let before = blocks.depth
      blocks.pass(token)
      if blocks.depth > before { lines.append(token.line) }
      if blocks.depth < before, !lines.isEmpty { lines.removeLast() }
    }
    for line in lines { opened[line, default: 0] += 1 }
    return 2 * opened.count
  }
}

/// What the line editor asks about Lua.
public enum ReplLanguage {
  /// How many spaces a line after this source begins with.
  public static func indentation(_ source: String) -> Int { LuaBlocks.indentation(after: source) }
}
