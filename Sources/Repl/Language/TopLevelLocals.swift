/// Lets `local` names survive from input to input: at the top level of an input they become global ones.
///
/// Each input is a chunk of its own, in which a local name would be lost at once. Columns and lines stay where they are.
/// Files are not rewritten: there `local` means what it means in Lua.
public struct TopLevelLocals {
  /// The source as it is run.
  public private(set) var source: String
  /// Names that are declared, without or with a value.
  public private(set) var names: [String] = []
  /// What `<const>` or `<close>` means at the prompt, where the input uses it.
  public private(set) var note: String?

  public init(_ input: String) {
    var pieces = LuaToken.all(of: input).map { (token: $0, text: String($0.text)) }
    var blocks = LuaBlocks()
    var place = 0
    while place < pieces.count {
      if blocks.isTopLevel, pieces[place].token.is("local") {
        place = Self.declaration(at: place, in: &pieces, &names, &note)
      } else {
        blocks.pass(pieces[place].token)
        place += 1
      }
    }
    source = pieces.map(\.text).joined()
  }

  private typealias Piece = (token: LuaToken, text: String)

  /// Rewrites the declaration at a place; gives the place after its names.
  private static func declaration(
    at start: Int, in pieces: inout [Piece], _ names: inout [String], _ note: inout String?
  ) -> Int {
    var place = next(start + 1, pieces)
    guard place < pieces.count else { return place }
    if pieces[place].token.is("function") {
      pieces[start].text = "     "
      let name = next(place + 1, pieces)
      if name < pieces.count { names.append(pieces[name].text) }
      return place
    }
    var lastName: Int?
    while place < pieces.count, pieces[place].token.kind == .name {
      names.append(pieces[place].text)
      lastName = place
      place = next(place + 1, pieces)
      if place < pieces.count, pieces[place].token.is("<") {
        let word = next(place + 1, pieces)
        let end = next(word + 1, pieces)
        guard end < pieces.count, pieces[end].token.is(">") else { return end }
        note = explanation(pieces[word].text)
        for blank in place...end { pieces[blank].text = String(repeating: " ", count: pieces[blank].text.count) }
        lastName = end
        place = next(end + 1, pieces)
      }
      guard place < pieces.count, pieces[place].token.is(",") else { break }
      place = next(place + 1, pieces)
    }
    guard let lastName else { return place }
    pieces[start].text = "     "
    // Without a value the names alone would not be a statement.
    if place >= pieces.count || !pieces[place].token.is("=") { pieces[lastName].text += " = nil" }
    return place
  }

  private static func next(_ place: Int, _ pieces: [Piece]) -> Int {
    var place = place
    while place < pieces.count, !pieces[place].token.isCode { place += 1 }
    return place
  }

  private static func explanation(_ attribute: String) -> String? {
    switch attribute {
    case "const":
      "at the prompt <const> is not kept: the name lives on and may be assigned again; in files it is constant"
    case "close":
      "at the prompt <close> does nothing: the name outlives its input, so nothing is closed; wrap it in do ... end"
    default: nil
    }
  }
}
