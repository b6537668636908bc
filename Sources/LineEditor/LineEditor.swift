/// Reads inputs of one or more lines from a terminal, with the keys of emacs.
public final class LineEditor {
  public enum Outcome: Equatable {
    case text(String)
    /// Ctrl-C: the input was thrown away.
    case cancelled
    /// Ctrl-D in an empty input, or the end of the terminal.
    case end
  }

  /// What the editor asks about the language that is edited.
  public struct Language {
    /// Whether Enter ends the input.
    public var isComplete: (String) -> Bool
    /// How many spaces a new line after this text begins with.
    public var indentation: (String) -> Int
    /// The text in pieces with their looks, nothing left out.
    public var styled: (String) -> [StyledText]
    /// What could go on after the text before the cursor.
    public var complete: (String) -> Completions

    public init(
      isComplete: @escaping (String) -> Bool = { _ in true }, indentation: @escaping (String) -> Int = { _ in 0 },
      styled: @escaping (String) -> [StyledText] = { [StyledText($0)] },
      complete: @escaping (String) -> Completions = { _ in Completions() }
    ) {
      (self.isComplete, self.indentation, self.styled, self.complete) = (isComplete, indentation, styled, complete)
    }
  }

  public let history: History
  let terminal = Terminal()
  let language: Language
  /// Whether what is typed is painted.
  public var colour: Bool { didSet { screen.colour = colour } }
  var screen: Screen
  var buffer = EditBuffer()
  var prompts = (first: "> ", other: ">> ")
  var menu = CompletionMenu()
  /// How many characters before the cursor the first item of the menu replaces.
  var menuReplaces = 0
  /// Where the arrows stand in the history, and the beginning that they look for.
  private var recall: (place: Int, prefix: String, own: String)?
  /// Gets what the terminal answers about itself; where it is set, the terminal is asked at the first prompt.
  public var onReport: ((TerminalReport) -> Void)?
  private var hasAsked = false
  private lazy var keys = KeyDecoder(
    next: { [terminal] in terminal.readByte() }, hasMore: { [terminal] in terminal.hasByte(within: 40) })

  public init(history: History, language: Language, colour: Bool) {
    self.history = history
    self.language = language
    self.colour = colour
    screen = Screen(terminal, colour: colour)
  }

  /// Reads one input. The terminal is in its usual mode before and after.
  public func read(prompt: String = "> ", continuation: String = ">> ") -> Outcome {
    prompts = (prompt, continuation)
    buffer = EditBuffer()
    recall = nil
    menu = CompletionMenu()
    guard terminal.enterRawMode() else { return .end }
    defer { terminal.leaveRawMode() }
    if onReport != nil, !hasAsked {
      hasAsked = true
      terminal.write(TerminalReport.question)
    }
    draw()
    while let key = nextKey() {
      if let outcome = handle(key) { return outcome }
      // A burst of keys, as from a fast paste without marks, is drawn once.
      if !terminal.hasByte(within: 0) { draw() }
    }
    screen.finish()
    return .end
  }

  /// The next key; meanwhile answers of the terminal are passed on, and a window of another size is drawn anew.
  func nextKey() -> Key? {
    while true {
      repeat {
        if screen.followWindow() { draw() }
      } while !terminal.hasByte(within: 300)
      guard let key = keys.read() else { return nil }
      guard case .report(let report) = key else { return key }
      onReport?(report)
    }
  }

  func draw(below: [[StyledText]]? = nil) {
    var lines: [[StyledText]] = [[StyledText(prompts.first, .title)]]
    for piece in language.styled(buffer.text) {
      for (number, part) in piece.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        if number > 0 { lines.append([StyledText(prompts.other, .title)]) }
        if !part.isEmpty { lines[lines.count - 1].append(StyledText(String(part), piece.style)) }
      }
    }
    let before = buffer.textBeforeCursor.split(separator: "\n", omittingEmptySubsequences: false)
    let line = before.count - 1
    let prompt = line == 0 ? prompts.first : prompts.other
    let column = CharacterWidth.of(prompt) + CharacterWidth.of(before.last ?? "")
    screen.draw(lines, cursor: (line, column), below: below ?? menu.lines(columns: Terminal.size.columns))
  }

  private func handle(_ key: Key) -> Outcome? {
    if key != .tab, key != .backTab { menu = CompletionMenu() }
    if key != .up, key != .down, key != .control("p"), key != .control("n") { recall = nil }
    switch key {
    case .enter: return enter()
    case .control("c"):
      finish(showing: "^C")
      return .cancelled
    case .control("d"):
      guard buffer.isEmpty else {
        buffer.delete()
        return nil
      }
      screen.finish()
      return .end
    case .tab: complete(forward: true)
    case .backTab: complete(forward: false)
    case .control("r"): return search()
    case .control("l"): screen.clear()
    case .up, .control("p"): if !buffer.up() { recallOlder() }
    case .down, .control("n"): if !buffer.down() { recallNewer() }
    case .paste(let text): buffer.insert(text)
    case .alt("\n"), .control("o"): newLine()
    default: edit(key)
    }
    return nil
  }

  private func edit(_ key: Key) {
    switch key {
    case .character(let character): insert(character)
    case .backspace: buffer.backspace()
    case .delete: buffer.delete()
    case .left, .control("b"): buffer.left()
    case .right, .control("f"): buffer.right()
    case .wordLeft, .alt("b"): buffer.wordLeft()
    case .wordRight, .alt("f"): buffer.wordRight()
    case .home, .control("a"): buffer.lineStart()
    case .end, .control("e"): buffer.lineEnd()
    case .alt("<"), .pageUp: buffer.textStart()
    case .alt(">"), .pageDown: buffer.textEnd()
    case .control("k"): buffer.cutToLineEnd()
    case .control("u"): buffer.cutToLineStart()
    case .control("w"), .alt("\u{7F}"): buffer.cutWordBefore()
    case .alt("d"): buffer.cutWordAfter()
    case .control("y"): buffer.putBack()
    case .control("t"): buffer.swap()
    case .control("_"), .control("z"): buffer.undo()
    default: break
    }
  }

  /// A word that closes a block goes back to where the block began.
  private func insert(_ character: Character) {
    buffer.insert([character])
    let line = buffer.textBeforeCursor.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    let word = line.drop { $0 == " " }
    guard buffer.textBeforeCursor.contains("\n"), ["end", "until", "else", "elseif", "}", ")"].contains(String(word))
    else { return }
    let above = buffer.textBeforeCursor.dropLast(line.count + 1)
    let wanted = max(0, language.indentation(String(above)) - 2)
    if line.count - word.count > wanted { buffer.replace(before: line.count, with: spaces(wanted) + word) }
  }

  private func newLine() {
    let text = buffer.textBeforeCursor
    buffer.insert("\n" + spaces(language.indentation(text)))
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  private func enter() -> Outcome? {
    // In the middle of an input of many lines Enter divides a line; at its end it asks whether that was all.
    let isAtEnd = buffer.characters[buffer.cursor...].allSatisfy { $0 == " " || $0 == "\n" }
    guard (isAtEnd || !buffer.text.contains("\n")) && language.isComplete(buffer.text) else {
      if !isAtEnd, !buffer.text.contains("\n") { buffer.textEnd() }
      newLine()
      return nil
    }
    // A paste often ends with a new line.
    let text = buffer.text
    if let last = text.lastIndex(where: { $0 != "\n" && $0 != " " }), text[last...].contains("\n") {
      buffer.set(String(text[...last]))
    }
    finish()
    history.add(buffer.text)
    return .text(buffer.text)
  }

  func finish(showing mark: String = "") {
    buffer.textEnd()
    draw(below: [])
    if !mark.isEmpty { terminal.write(mark) }
    screen.finish()
  }

  // The history by arrows: entries that begin as the input did when the first arrow was pressed.

  private func recallOlder() {
    let state = recall ?? (history.entries.count, buffer.text, buffer.text)
    recall = state
    guard let place = history.older(than: state.place, beginningWith: state.prefix) else { return }
    recall?.place = place
    buffer.set(history.entries[place])
  }

  private func recallNewer() {
    guard let state = recall else { return }
    if let place = history.newer(than: state.place, beginningWith: state.prefix) {
      recall?.place = place
      buffer.set(history.entries[place])
    } else {
      recall = nil
      buffer.set(state.own)
    }
  }
}
