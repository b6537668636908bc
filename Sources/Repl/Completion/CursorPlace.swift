import LuaHost

/// What is being typed before the cursor.
enum CursorPlace: Equatable {
  /// A name of its own.
  case name(String)
  /// A name after a path: `net.blocks[1].at`.
  case member(LuaPath, prefix: String)
  /// Text in a string that is not closed.
  case text(String)
  /// A name after `?`.
  case question(String)
  /// A command after `:` at the beginning.
  case command(String)
  /// The name of a setting after `:set`.
  case setting(String)
  /// Nothing that can be completed, such as a number or a comment.
  case nothing

  /// Reads where the cursor stands, and the call around it.
  static func read(_ source: String) -> (place: CursorPlace, call: EnclosingCall?) {
    let trimmed = source.drop { $0 == " " }
    if trimmed.hasPrefix("?") { return (.question(String(trimmed.dropFirst().drop { $0 == " " })), nil) }
    if trimmed.hasPrefix(":"), !trimmed.contains(" ") { return (.command(String(trimmed.dropFirst())), nil) }
    let words = trimmed.split(separator: " ", omittingEmptySubsequences: false)
    if words.first == ":set", words.count == 2 { return (.setting(String(words[1])), nil) }
    var body = source
    if trimmed.hasPrefix(":"), let space = trimmed.firstIndex(of: " ") { body = String(trimmed[space...]) }
    let all = LuaToken.all(of: body)
    if let last = all.last, last.isOpen || last.kind == .comment {
      guard last.kind == .string else { return (.nothing, nil) }
      return (.text(String(last.text.dropFirst())), nil)
    }
    let endsInSpace = all.last?.kind == .space
    var tokens = all.filter(\.isCode)
    var prefix = ""
    if !endsInSpace, let last = tokens.last, last.kind == .name || last.kind == .keyword {
      prefix = String(last.text)
      tokens.removeLast()
    }
    let call = EnclosingCall(tokens)
    guard let last = tokens.last else { return (.name(prefix), call) }
    if last.is(".") || last.is(":") {
      guard var path = LuaPath.ending(before: tokens.count - 1, in: tokens) else { return (.nothing, call) }
      path.separator = String(last.text)
      return (.member(path, prefix: prefix), call)
    }
    if last.kind == .number, !endsInSpace { return (.nothing, call) }
    return (.name(prefix), call)
  }
}

/// The call whose arguments are being typed.
struct EnclosingCall: Equatable {
  /// The called function; a method's object first.
  let function: LuaPath
  let isMethod: Bool
  /// Whether the cursor stands where a key of a table of options could be.
  let isAtOption: Bool
  /// Keys that the table has already.
  let given: [String]
  /// Which argument is being typed, from 0.
  let argument: Int

  /// - Parameter tokens: the code before what is being typed.
  init?(_ tokens: [LuaToken]) {
    var depth = 0
    var table: Int?
    var open: Int?
    for place in tokens.indices.reversed() {
      let token = tokens[place]
      if token.is(")") || token.is("}") || token.is("]") { depth += 1 }
      guard token.is("(") || token.is("{") || token.is("[") else { continue }
      if depth > 0 {
        depth -= 1
        continue
      }
      if token.is("[") { return nil }
      if token.is("("), table == nil || place == tokens.count {
        open = place
        break
      }
      if token.is("(") {
        open = place
        break
      }
      // A brace right after a name is a call with one table; otherwise a table among arguments.
      guard table == nil else { return nil }
      table = place
      if place > 0, tokens[place - 1].kind == .name || tokens[place - 1].is("]") {
        open = place
        break
      }
    }
    guard let open, let function = LuaPath.ending(before: open, in: tokens), !function.isCall else { return nil }
    self.function = function
    isMethod = open > 1 && tokens[open - 2].is(":")
    let start = table ?? open
    isAtOption = table != nil && (tokens.last?.is("{") == true || tokens.last?.is(",") == true)
    var given: [String] = []
    for place in (start + 1)..<max(start + 1, tokens.count) where tokens[place].is("=") {
      if tokens[place - 1].kind == .name { given.append(String(tokens[place - 1].text)) }
    }
    self.given = given
    var commas = 0
    var inside = 0
    for token in tokens[(open + 1)...] {
      if token.is("(") || token.is("{") || token.is("[") { inside += 1 }
      if token.is(")") || token.is("}") || token.is("]") { inside -= 1 }
      if inside == 0, token.is(",") { commas += 1 }
    }
    argument = table == open ? 0 : commas
  }
}
