/// Which names of a script are local, which are assigned as globals, and which are used without either.
struct LuaScopes {
  /// Uses of names that no local declaration around them covers, with their lines.
  private(set) var free: [(name: String, line: Int)] = []
  /// Globals that the script assigns.
  private(set) var assigned: Set<String> = []
  /// All names that are local somewhere.
  private(set) var declared: Set<String> = []

  private var scopes: [Set<String>] = [[]]
  /// What opened each scope, and names that join the next one that opens.
  private var openers: [String] = []
  private var waiting: Set<String> = []
  private let tokens: [LuaToken]

  /// - Parameter tokens: the code without comments and space.
  init(_ tokens: [LuaToken]) {
    self.tokens = tokens
    var place = 0
    while place < tokens.count { place = pass(place) }
  }

  private mutating func pass(_ place: Int) -> Int {
    let token = tokens[place]
    if token.kind == .name { return name(place) }
    guard token.kind == .keyword else { return place + 1 }
    switch token.text {
    case "local": return local(place + 1)
    case "function": return function(place + 1)
    case "for": return loop(place + 1)
    case "do", "then", "repeat": open(String(token.text))
    case "else", "elseif":
      close()
      if token.text == "else" { open("then") }
    case "end": close()
    case "until":
      // The condition still sees the names of the block.
      return until(place + 1)
    default: break
    }
    return place + 1
  }

  private mutating func open(_ opener: String) {
    scopes.append(waiting)
    openers.append(opener)
    waiting = []
  }

  private mutating func close() {
    if scopes.count > 1 { scopes.removeLast() }
    if !openers.isEmpty { openers.removeLast() }
  }

  private mutating func declare(_ name: String) {
    scopes[scopes.count - 1].insert(name)
    declared.insert(name)
  }

  private mutating func name(_ place: Int) -> Int {
    let name = String(tokens[place].text)
    let before = place > 0 ? tokens[place - 1] : nil
    let after = place + 1 < tokens.count ? tokens[place + 1] : nil
    // Fields, methods, keys of tables and labels are no variables.
    if before?.is(".") == true || before?.is(":") == true || before?.is("::") == true || before?.is("goto") == true {
      return place + 1
    }
    if after?.is("=") == true, before?.is("{") == true || before?.is(",") == true || before?.is(";") == true,
      isInTable(place)
    {
      return place + 1
    }
    guard !scopes.contains(where: { $0.contains(name) }) else { return place + 1 }
    if isAssigned(place) { assigned.insert(name) } else { free.append((name, tokens[place].line)) }
    return place + 1
  }

  /// `a = ` or `a, b = ` at the beginning of a statement.
  private func isAssigned(_ place: Int) -> Bool {
    var next = place + 1
    while next + 1 < tokens.count, tokens[next].is(","), tokens[next + 1].kind == .name { next += 2 }
    return next < tokens.count && tokens[next].is("=") && !isInTable(place)
  }

  /// Whether the innermost open bracket is a table's.
  private func isInTable(_ place: Int) -> Bool {
    var depth = 0
    for token in tokens[..<place].reversed() {
      if token.is("}") || token.is(")") || token.is("]") || token.is("end") { depth += 1 }
      if token.is("{") || token.is("(") || token.is("[") || token.is("function") {
        if depth == 0 { return token.is("{") }
        depth -= 1
      }
      if token.is("do") || token.is("if"), depth > 0 { depth -= 1 }
    }
    return false
  }

  private mutating func local(_ start: Int) -> Int {
    var place = start
    guard place < tokens.count else { return place }
    if tokens[place].is("function") {
      if place + 1 < tokens.count { declare(String(tokens[place + 1].text)) }
      return function(place + 1)
    }
    var names: [String] = []
    while place < tokens.count, tokens[place].kind == .name {
      names.append(String(tokens[place].text))
      place += 1
      if place + 2 < tokens.count, tokens[place].is("<"), tokens[place + 2].is(">") { place += 3 }
      guard place < tokens.count, tokens[place].is(",") else { break }
      place += 1
    }
    // In `local x = x` the value is the outer one; a name may be used before its own statement ends by no other rule.
    if place < tokens.count, tokens[place].is("=") {
      let end = expressionEnd(place + 1)
      var inside = place + 1
      while inside < end { inside = pass(inside) }
      for name in names { declare(name) }
      return inside
    }
    for name in names { declare(name) }
    return place
  }

  /// Where the list of expressions that begins at a place ends: before the next statement.
  private func expressionEnd(_ start: Int) -> Int {
    var place = start
    var depth = 0
    while place < tokens.count {
      let token = tokens[place]
      // A function behind a complete operand is a statement of its own.
      if depth == 0, place > start, token.is("function"), Self.endsOperand(tokens[place - 1]) { return place }
      if token.is("(") || token.is("{") || token.is("[") || token.is("function") || token.is("do") || token.is("if") {
        if depth == 0, token.is("do") || token.is("if") { return place }
        depth += 1
      } else if token.is(")") || token.is("}") || token.is("]") || token.is("end") {
        if depth == 0 { return place }
        depth -= 1
      } else if depth == 0, place > start {
        let starters = ["local", "for", "while", "repeat", "return", "break", "goto", "until", "else", "elseif", ";"]
        if starters.contains(where: token.is) { return place }
        // Two operands in a row: the second begins a statement.
        if token.kind == .name, Self.endsOperand(tokens[place - 1]) { return place }
      }
      place += 1
    }
    return place
  }

  private static func endsOperand(_ token: LuaToken) -> Bool {
    token.kind == .name || token.kind == .number || token.kind == .string
      || [")", "}", "]", "end", "nil", "true", "false", "..."].contains(where: token.is)
  }

  /// The name, parameters and body's opening of a function.
  private mutating func function(_ start: Int) -> Int {
    var place = start
    var isMethod = false
    if place < tokens.count, tokens[place].kind == .name {
      if place + 1 < tokens.count, tokens[place + 1].is("("),
        !scopes.contains(where: { $0.contains(String(tokens[place].text)) })
      {
        assigned.insert(String(tokens[place].text))
      } else if place + 1 < tokens.count, !tokens[place + 1].is("(") {
        _ = name(place)
      }
      while place < tokens.count, !tokens[place].is("(") {
        if tokens[place].is(":") { isMethod = true }
        place += 1
      }
    }
    var names: Set<String> = isMethod ? ["self"] : []
    while place < tokens.count, !tokens[place].is(")") {
      if tokens[place].kind == .name { names.insert(String(tokens[place].text)) }
      place += 1
    }
    waiting = names
    declared.formUnion(names)
    open("function")
    return place + 1
  }

  private mutating func loop(_ start: Int) -> Int {
    var place = start
    var names: Set<String> = []
    while place < tokens.count, !tokens[place].is("="), !tokens[place].is("in") {
      if tokens[place].kind == .name { names.insert(String(tokens[place].text)) }
      place += 1
    }
    place += 1
    var depth = 0
    while place < tokens.count {
      if tokens[place].is("do"), depth == 0 { break }
      if tokens[place].is("function") { depth += 1 }
      if tokens[place].is("end") { depth -= 1 }
      place = pass(place)
      if depth < 0 { return place }
    }
    waiting = names
    declared.formUnion(names)
    open("do")
    return place + 1
  }

  private mutating func until(_ start: Int) -> Int {
    let end = expressionEnd(start)
    var place = start
    while place < end { place = pass(place) }
    close()
    return place
  }
}
