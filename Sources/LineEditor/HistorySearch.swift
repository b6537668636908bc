extension LineEditor {
  /// Ctrl-R: what is typed is looked for in the history, the latest first; Enter runs it, other keys edit it.
  func search() -> Outcome? {
    let own = buffer
    var wanted = ""
    var place = history.entries.count
    var failed = false
    func show() {
      draw(below: [[StyledText(failed ? "no earlier: " : "search: ", failed ? .failure : .faint), StyledText(wanted)]])
    }
    func find(before start: Int) {
      guard let found = history.search(wanted, before: start) else {
        failed = true
        return
      }
      (place, failed) = (found, false)
      let entry = history.entries[found]
      let end = entry.range(of: wanted).map { entry.distance(from: entry.startIndex, to: $0.upperBound) }
      buffer.set(entry, cursor: end)
    }
    show()
    while let key = nextKey() {
      switch key {
      case .character(let character):
        wanted.append(character)
        find(before: min(history.entries.count, place + 1))
      case .backspace:
        wanted = String(wanted.dropLast())
        find(before: history.entries.count)
      case .control("r"): if !wanted.isEmpty { find(before: place) }
      case .control("g"), .control("c"), .escape:
        buffer = own
        return nil
      case .enter:
        guard !buffer.isEmpty, language.isComplete(buffer.text) else { return nil }
        finish()
        history.add(buffer.text)
        return .text(buffer.text)
      default: return nil
      }
      show()
    }
    return .end
  }
}

extension String {
  fileprivate func range(of text: String) -> Range<String.Index>? { firstRange(of: text) }
}
