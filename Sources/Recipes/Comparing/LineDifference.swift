/// What changed between two texts, line by line, as `diff` shows it.
enum LineDifference {
  /// Lines that begin with `-` or `+`, with two unchanged lines around them; at most 200.
  static func lines(_ first: String, _ second: String, when isKnown: Bool = true) -> [String] {
    guard isKnown else { return ["(a record without its source; only the hashes differ)"] }
    let before = first.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let after = second.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard before.count < 20_000, after.count < 20_000 else { return ["(too many lines to compare)"] }
    let changes = after.difference(from: before)
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in changes {
      switch change {
      case .remove(let place, _, _): removed.insert(place)
      case .insert(let place, _, _): inserted.insert(place)
      }
    }
    var all: [(mark: String, line: String)] = []
    var (i, j) = (0, 0)
    while i < before.count || j < after.count {
      if i < before.count, removed.contains(i) {
        all.append(("-", before[i]))
        i += 1
      } else if j < after.count, inserted.contains(j) {
        all.append(("+", after[j]))
        j += 1
      } else {
        if i < before.count { all.append((" ", before[i])) }
        i += 1
        j += 1
      }
    }
    var shown: [String] = []
    var last = -1
    for place in all.indices {
      let around = max(0, place - 2)...min(all.count - 1, place + 2)
      guard all[around].contains(where: { $0.mark != " " }) else { continue }
      if last >= 0, place > last + 1 { shown.append("  ...") }
      shown.append("\(all[place].mark) \(all[place].line)")
      last = place
    }
    return shown.count > 200 ? shown.prefix(200) + ["  ... and more"] : shown
  }
}
