/// A text with a cursor, and what keys do to them.
public struct EditBuffer: Sendable {
  public private(set) var characters: [Character] = []
  /// How many characters stand before the cursor.
  public private(set) var cursor = 0
  /// What was cut last, to be put back.
  private var cut: [Character] = []
  private var past: [(characters: [Character], cursor: Int)] = []

  public init(_ text: String = "") { set(text) }

  public var text: String { String(characters) }
  public var textBeforeCursor: String { String(characters[..<cursor]) }
  public var isEmpty: Bool { characters.isEmpty }

  /// Replaces everything; the cursor goes to the end, or to a place.
  public mutating func set(_ text: String, cursor: Int? = nil) {
    characters = Array(text)
    self.cursor = min(max(0, cursor ?? characters.count), characters.count)
  }

  public mutating func insert(_ text: some Sequence<Character>) {
    remember()
    let added = Array(text)
    characters.insert(contentsOf: added, at: cursor)
    cursor += added.count
  }

  /// Replaces the characters just before the cursor.
  public mutating func replace(before count: Int, with text: String) {
    remember()
    let start = max(0, cursor - count)
    characters.removeSubrange(start..<cursor)
    cursor = start
    characters.insert(contentsOf: Array(text), at: cursor)
    cursor += text.count
  }

  public mutating func backspace() { remove(max(0, cursor - 1)..<cursor, keeps: false) }
  public mutating func delete() { remove(cursor..<min(characters.count, cursor + 1), keeps: false) }

  public mutating func left() { cursor = max(0, cursor - 1) }
  public mutating func right() { cursor = min(characters.count, cursor + 1) }
  public mutating func wordLeft() { cursor = wordStart }
  public mutating func wordRight() { cursor = wordEnd }
  public mutating func lineStart() { cursor = startOfLine }
  public mutating func lineEnd() { cursor = endOfLine }
  public mutating func textStart() { cursor = 0 }
  public mutating func textEnd() { cursor = characters.count }

  public mutating func cutToLineEnd() {
    let end = endOfLine
    remove(cursor..<(end == cursor ? min(end + 1, characters.count) : end), keeps: true)
  }
  public mutating func cutToLineStart() { remove(startOfLine..<cursor, keeps: true) }
  public mutating func cutWordBefore() { remove(wordStart..<cursor, keeps: true) }
  public mutating func cutWordAfter() { remove(cursor..<wordEnd, keeps: true) }
  public mutating func putBack() { insert(cut) }

  /// Swaps the two characters around the cursor.
  public mutating func swap() {
    guard characters.count > 1, cursor > 0 else { return }
    remember()
    let right = min(cursor, characters.count - 1)
    characters.swapAt(right - 1, right)
    cursor = right + 1
  }

  public mutating func undo() {
    guard let before = past.popLast() else { return }
    (characters, cursor) = before
  }

  /// One line up, in the same column; false in the first line.
  public mutating func up() -> Bool {
    let start = startOfLine
    guard start > 0 else { return false }
    let column = cursor - start
    let end = start - 1
    let begin = Self.lineStart(before: end, in: characters)
    cursor = min(begin + column, end)
    return true
  }

  /// One line down, in the same column; false in the last line.
  public mutating func down() -> Bool {
    let end = endOfLine
    guard end < characters.count else { return false }
    let column = cursor - startOfLine
    cursor = end + 1
    cursor = min(cursor + column, endOfLine)
    return true
  }

  private var startOfLine: Int { Self.lineStart(before: cursor, in: characters) }
  private var endOfLine: Int { characters[cursor...].firstIndex(of: "\n") ?? characters.count }

  private static func lineStart(before place: Int, in characters: [Character]) -> Int {
    characters[..<place].lastIndex(of: "\n").map { $0 + 1 } ?? 0
  }

  private var wordStart: Int {
    var place = cursor
    while place > 0, !Self.isWord(characters[place - 1]) { place -= 1 }
    while place > 0, Self.isWord(characters[place - 1]) { place -= 1 }
    return place
  }

  private var wordEnd: Int {
    var place = cursor
    while place < characters.count, !Self.isWord(characters[place]) { place += 1 }
    while place < characters.count, Self.isWord(characters[place]) { place += 1 }
    return place
  }

  private static func isWord(_ character: Character) -> Bool {
    character == "_" || character.isLetter || character.isNumber
  }

  private mutating func remove(_ range: Range<Int>, keeps: Bool) {
    guard !range.isEmpty else { return }
    remember()
    if keeps { cut = Array(characters[range]) }
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  private mutating func remember() {
    past.append((characters, cursor))
    if past.count > 200 { past.removeFirst() }
  }
}
