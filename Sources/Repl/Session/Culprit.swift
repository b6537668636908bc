/// The expression of a line that an error message speaks about.
struct Culprit {
  /// Its characters in the line.
  let range: Range<Int>
  /// The object and the arguments as they are written, where it is a call or an operator.
  let operands: [String]

  init?(in line: String, message: String) {
    let tokens = LuaToken.all(of: line)
    let code = tokens.indices.filter { tokens[$0].isCode }
    func offset(_ place: Int) -> Int { tokens[..<place].reduce(0) { $0 + $1.text.count } }
    func text(_ places: Range<Int>) -> String {
      tokens[places].map(\.text).joined().trimmingSpaces
    }
    // "matmul: ..." names a function or an operator of the line.
    let head = String(message.prefix { $0 != ":" })
    if message.hasPrefix(head + ": "), !head.contains(" ") {
      let short = head.split(separator: ".").last.map(String.init) ?? head
      for (position, place) in code.enumerated() where tokens[place].text == short {
        let next = position + 1 < code.count ? code[position + 1] : nil
        if tokens[place].kind == .name, let open = next, Self.opensCall(tokens[open]) {
          let start = Self.start(ofPathEndingAt: place, tokens)
          let end = Self.close(of: open, tokens)
          range = offset(start)..<offset(end)
          let isMethod = place > start && tokens[place - 1].is(":")
          operands = (isMethod ? [text(start..<(place - 1))] : []) + Self.arguments(open, end, tokens)
          return
        }
        if tokens[place].kind == .symbol, position > 0, let next {
          let before = code[position - 1]
          let start = Self.start(ofPathEndingAt: before, tokens)
          let end = Self.end(ofPathFrom: next, tokens)
          range = offset(start)..<offset(end)
          operands = [text(start..<(before + 1)), text(next..<end)]
          return
        }
      }
    }
    // Names in quotes, the last first: "attempt to index a nil value (field 'x')".
    let quoted = message.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    for name in quoted {
      guard let place = code.first(where: { tokens[$0].text == name }) else { continue }
      let start = Self.start(ofPathEndingAt: place, tokens)
      range = offset(start)..<offset(place + 1)
      // The object, and the name that it does not have.
      operands = start < place - 1 ? [text(start..<(place - 1)), name] : []
      return
    }
    return nil
  }

  private static func opensCall(_ token: LuaToken) -> Bool { token.is("(") || token.is("{") || token.kind == .string }

  /// Where the chain of names, indices and calls that ends at a token begins.
  private static func start(ofPathEndingAt end: Int, _ tokens: [LuaToken]) -> Int {
    var place = end
    while true {
      if tokens[place].is(")") || tokens[place].is("]") || tokens[place].is("}") {
        guard let open = opening(of: place, tokens), open > 0 else { return place }
        let before = tokens[open - 1]
        guard before.kind == .name || before.is(")") || before.is("]") else { return open }
        place = open - 1
        continue
      }
      guard place > 1, tokens[place - 1].is(".") || tokens[place - 1].is(":"), tokens[place - 2].isCode else {
        return place
      }
      place -= 2
    }
  }

  private static func end(ofPathFrom start: Int, _ tokens: [LuaToken]) -> Int {
    var place = start
    if tokens[place].is("(") || tokens[place].is("{") { place = close(of: place, tokens) - 1 }
    while place + 1 < tokens.count {
      let next = tokens[place + 1]
      if next.is("(") || next.is("[") || next.is("{") || next.kind == .string {
        place = close(of: place + 1, tokens) - 1
      } else if (next.is(".") || next.is(":")) && place + 2 < tokens.count {
        place += 2
      } else {
        break
      }
    }
    return min(place + 1, tokens.count)
  }

  private static func opening(of close: Int, _ tokens: [LuaToken]) -> Int? {
    var depth = 0
    for place in stride(from: close, through: 0, by: -1) {
      if [")", "]", "}"].contains(where: tokens[place].is) { depth += 1 }
      if ["(", "[", "{"].contains(where: tokens[place].is) {
        depth -= 1
        if depth == 0 { return place }
      }
    }
    return nil
  }

  /// The place behind the bracket that closes an opening one, or behind the line.
  private static func close(of open: Int, _ tokens: [LuaToken]) -> Int {
    if tokens[open].kind == .string { return open + 1 }
    var depth = 0
    for place in open..<tokens.count {
      if ["(", "[", "{"].contains(where: tokens[place].is) { depth += 1 }
      if [")", "]", "}"].contains(where: tokens[place].is) {
        depth -= 1
        if depth == 0 { return place + 1 }
      }
    }
    return tokens.count
  }

  /// The texts between the commas of a call.
  private static func arguments(_ open: Int, _ end: Int, _ tokens: [LuaToken]) -> [String] {
    guard tokens[open].is("("), end - 1 > open + 1 else {
      return tokens[open].is("(") ? [] : [tokens[open..<end].map(\.text).joined()]
    }
    var texts = [""]
    var depth = 0
    for token in tokens[(open + 1)..<(end - 1)] {
      if ["(", "[", "{"].contains(where: token.is) { depth += 1 }
      if [")", "]", "}"].contains(where: token.is) { depth -= 1 }
      if depth == 0, token.is(",") { texts.append("") } else { texts[texts.count - 1] += token.text }
    }
    return texts.map(\.trimmingSpaces)
  }
}

extension String {
  var trimmingSpaces: String {
    let start = drop { $0.isWhitespace }
    return start.lastIndex { !$0.isWhitespace }.map { String(start[...$0]) } ?? ""
  }
}
