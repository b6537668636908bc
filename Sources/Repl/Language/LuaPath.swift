import LuaHost

/// An expression such as `net.blocks[1].attn`, read from the end of a piece of source.
struct LuaPath: Equatable {
  var steps: [Inspection.Step] = []
  /// What stands between the path and what is being typed: a dot, a colon, or nothing.
  var separator = ""
  /// Whether its value would need a call, as in `f(x).`; the steps are those of the called function then.
  var isCall = false

  /// The names of the steps as documentation writes them: `lab.nn.Linear`.
  var name: String {
    steps.map { step in
      switch step {
      case .name(let name): name
      case .item(let position): "[\(position)]"
      }
    }.joined(separator: ".").replacing(".[", with: "[")
  }

  /// Reads the path that ends before a place; `nil` when nothing there is one.
  static func ending(before end: Int, in tokens: [LuaToken]) -> LuaPath? {
    var path = LuaPath()
    var place = end - 1
    while place >= 0 {
      let token = tokens[place]
      if token.kind == .name {
        path.steps.insert(.name(String(token.text)), at: 0)
        guard place > 0, tokens[place - 1].is(".") || tokens[place - 1].is(":") else { return path }
        place -= 2
      } else if token.is("]"), let open = opening(of: place, in: tokens) {
        guard open == place - 2, let step = item(tokens[place - 1]) else { return nil }
        path.steps.insert(step, at: 0)
        place = open - 1
      } else if token.is(")") || token.is("}") || token.kind == .string {
        // A call: what it gives is unknown, but the function's documentation says something.
        let open = token.kind == .string ? place : opening(of: place, in: tokens)
        guard let open, !path.isCall, let function = ending(before: open, in: tokens), !function.isCall else {
          return nil
        }
        return path.steps.isEmpty ? LuaPath(steps: function.steps, isCall: true) : nil
      } else {
        return nil
      }
    }
    return nil
  }

  private static func item(_ token: LuaToken) -> Inspection.Step? {
    if token.kind == .number { return Int(token.text).map { .item($0) } }
    guard token.kind == .string, !token.isOpen, token.text.count >= 2 else { return nil }
    return .name(String(token.text.dropFirst().dropLast()))
  }

  /// The bracket that a closing one belongs to.
  private static func opening(of close: Int, in tokens: [LuaToken]) -> Int? {
    var depth = 0
    for place in stride(from: close, through: 0, by: -1) {
      let token = tokens[place]
      if token.is(")") || token.is("}") || token.is("]") { depth += 1 }
      if token.is("(") || token.is("{") || token.is("[") {
        depth -= 1
        if depth == 0 { return place }
      }
    }
    return nil
  }
}
