/// The list below the input while Tab is pressed.
struct CompletionMenu {
  private(set) var items: [Completions.Item] = []
  private(set) var chosen: Int?
  private var note: String?
  /// Rows at most.
  private static let height = 10

  init() {}

  init(_ completions: Completions) {
    items = completions.items
    note = completions.note
  }

  var isOpen: Bool { !items.isEmpty || note != nil }

  /// Goes to the next item, or the one before.
  mutating func step(forward: Bool) -> Completions.Item? {
    guard !items.isEmpty else { return nil }
    let next = chosen.map { $0 + (forward ? 1 : -1) } ?? (forward ? 0 : items.count - 1)
    chosen = (next + items.count) % items.count
    return chosen.map { items[$0] }
  }

  /// A long signature in at most three rows, broken between words.
  private static func wrapped(_ note: String, _ columns: Int) -> [String] {
    var rows = [""]
    for word in note.split(separator: " ") {
      let gap = rows[rows.count - 1].isEmpty ? "" : " "
      if CharacterWidth.of(rows[rows.count - 1] + gap + word) > columns, !gap.isEmpty { rows.append("  ") }
      rows[rows.count - 1] += (rows[rows.count - 1].allSatisfy { $0 == " " } ? "" : " ") + word
    }
    return rows.count <= 3 ? rows : Array(rows.prefix(2)) + [rows[2] + " ..."]
  }

  func lines(columns: Int) -> [[StyledText]] {
    var lines: [[StyledText]] = []
    if let note { lines += Self.wrapped(note, columns - 1).map { [StyledText($0, .faint)] } }
    guard !items.isEmpty else { return lines }
    let first = max(0, min((chosen ?? 0) - Self.height / 2, items.count - Self.height))
    let shown = items[first..<min(items.count, first + Self.height)]
    let width = min(40, shown.map { CharacterWidth.of($0.text) }.max() ?? 0)
    for (place, item) in zip(first..., shown) {
      let gap = String(repeating: " ", count: max(0, width - CharacterWidth.of(item.text)))
      lines.append([
        StyledText(place == chosen ? "> " : "  ", .title),
        StyledText(item.text + gap, place == chosen ? .title : .name),
        StyledText(item.detail.isEmpty ? "" : "  " + item.detail, .faint),
      ])
    }
    if shown.count < items.count { lines.append([StyledText("  \(items.count) in all", .faint)]) }
    return lines
  }
}

extension LineEditor {
  /// Tab: the common beginning first, then the list, then one item after the other.
  func complete(forward: Bool) {
    if menu.isOpen {
      let before = menu.chosen.map { menu.items[$0].text.count } ?? menuReplaces
      if let item = menu.step(forward: forward) { buffer.replace(before: before, with: item.text) }
      return
    }
    let text = buffer.textBeforeCursor
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    if text.contains("\n"), line.allSatisfy({ $0 == " " }) {
      buffer.insert("  ")
      return
    }
    let found = language.complete(text)
    let common = found.commonPrefix
    let typed = String(text.suffix(found.replaces))
    if found.items.count == 1 {
      buffer.replace(before: found.replaces, with: common)
      return
    }
    menu = CompletionMenu(found)
    menuReplaces = found.replaces
    if common.count > typed.count, common.hasPrefix(typed) {
      buffer.replace(before: found.replaces, with: common)
      menuReplaces = common.count
    }
  }
}
