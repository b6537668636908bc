/// The prose of recipes as HTML: headings, paragraphs, emphasis, code, links, lists, quotations, tables, formula blocks.
///
/// A subset of CommonMark; HTML inside of prose is shown as text. Four spaces, or `$$` lines, make a formula block.
enum Markdown {
  /// - Parameter dropping: a first heading with this text is left out, because the page has it already.
  static func html(_ text: String, dropping title: String = "") -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
    if let first = lines.first, first.hasPrefix("# "), first.dropFirst(2).trimmed == title { lines.removeFirst() }
    return blocks(Array(lines), depth: 0)
  }

  private static func blocks(_ lines: [String], depth: Int) -> String {
    var out: [String] = []
    var place = 0
    var paragraph: [String] = []
    func endParagraph() {
      if !paragraph.isEmpty { out.append("<p>\(inline(paragraph.joined(separator: "\n")))</p>") }
      paragraph = []
    }
    while place < lines.count {
      let line = lines[place]
      let bare = line.trimmed
      if bare.isEmpty {
        endParagraph()
        place += 1
      } else if bare.hasPrefix("```") || bare == "$$" {
        endParagraph()
        let fence = bare == "$$" ? "$$" : "```"
        let end = lines[(place + 1)...].firstIndex { $0.trimmed.hasPrefix(fence) } ?? lines.count
        out.append(preformatted(Array(lines[(place + 1)..<end]), isFormula: fence == "$$"))
        place = min(lines.count, end + 1)
      } else if paragraph.isEmpty, line.hasPrefix("    ") {
        let end = lines[place...].firstIndex { !$0.hasPrefix("    ") && !$0.trimmed.isEmpty } ?? lines.count
        out.append(preformatted(lines[place..<end].map { String($0.dropFirst(4)) }, isFormula: true))
        place = end
      } else if let level = heading(bare) {
        endParagraph()
        out.append("<h\(min(6, level + 1))>\(inline(String(bare.dropFirst(level).trimmed)))</h\(min(6, level + 1))>")
        place += 1
      } else if bare.hasPrefix(">") {
        endParagraph()
        var quoted: [String] = []
        while place < lines.count, lines[place].trimmed.hasPrefix(">") {
          quoted.append(String(lines[place].trimmed.dropFirst().drop { $0 == " " }))
          place += 1
        }
        out.append("<blockquote>\(depth < 20 ? blocks(quoted, depth: depth + 1) : "")</blockquote>")
      } else if let kind = item(line) {
        endParagraph()
        out.append(list(lines, &place, kind.isOrdered, depth))
      } else if bare.hasPrefix("|"), place + 1 < lines.count, isRule(lines[place + 1]) {
        endParagraph()
        out.append(table(lines, &place))
      } else if bare.count >= 3, bare.allSatisfy({ $0 == "-" }) || bare.allSatisfy({ $0 == "*" }) {
        endParagraph()
        out.append("<hr>")
        place += 1
      } else {
        paragraph.append(bare)
        place += 1
      }
    }
    endParagraph()
    return out.joined(separator: "\n")
  }

  private static func preformatted(_ lines: [String], isFormula: Bool) -> String {
    var lines = lines
    while let last = lines.last, last.trimmed.isEmpty { lines.removeLast() }
    return HTML.text("pre", lines.joined(separator: "\n"), class: isFormula ? "formula" : "code")
  }

  private static func heading(_ line: String) -> Int? {
    let level = line.prefix { $0 == "#" }.count
    return (1...6).contains(level) && line.dropFirst(level).first == " " ? level : nil
  }

  /// Where a list's entry begins: its mark, and how far its text is indented.
  private static func item(_ line: String) -> (isOrdered: Bool, indent: Int, width: Int)? {
    let indent = line.prefix { $0 == " " }.count
    let rest = line.dropFirst(indent)
    if let first = rest.first, "-*+".contains(first), rest.dropFirst().first == " " {
      return (false, indent, indent + 2)
    }
    let digits = rest.prefix { $0.isASCII && $0.isNumber }.count
    guard (1...4).contains(digits), let mark = rest.dropFirst(digits).first, mark == "." || mark == ")",
      rest.dropFirst(digits + 1).first == " "
    else { return nil }
    return (true, indent, indent + digits + 2)
  }

  private static func list(_ lines: [String], _ place: inout Int, _ isOrdered: Bool, _ depth: Int) -> String {
    var entries: [String] = []
    let base = item(lines[place])?.indent ?? 0
    while place < lines.count, let kind = item(lines[place]), kind.isOrdered == isOrdered, kind.indent <= base + 1 {
      var body = [String(lines[place].dropFirst(kind.width))]
      place += 1
      while place < lines.count {
        let line = lines[place]
        if line.trimmed.isEmpty {
          guard place + 1 < lines.count, lines[place + 1].hasPrefix(String(repeating: " ", count: kind.width)) else {
            break
          }
          body.append("")
        } else if let next = item(line), next.indent <= base + 1 {
          break
        } else {
          let indent = min(kind.width, line.prefix { $0 == " " }.count)
          body.append(String(line.dropFirst(indent)))
        }
        place += 1
      }
      let isPlain = !body.contains { $0.isEmpty || item($0) != nil }
      entries.append(
        "<li>"
          + (isPlain || depth >= 20
            ? inline(body.map(\.trimmed).joined(separator: "\n")) : blocks(body, depth: depth + 1)) + "</li>")
      while place + 1 < lines.count, lines[place].trimmed.isEmpty, let next = item(lines[place + 1]),
        next.isOrdered == isOrdered, next.indent <= base + 1
      { place += 1 }
    }
    return HTML.element(isOrdered ? "ol" : "ul", "\n" + entries.joined(separator: "\n") + "\n")
  }

  private static func isRule(_ line: String) -> Bool {
    let bare = line.trimmed
    return bare.hasPrefix("|") && bare.contains("-") && bare.allSatisfy { "|-: ".contains($0) }
  }

  private static func table(_ lines: [String], _ place: inout Int) -> String {
    func cells(_ line: String) -> [String] {
      line.trimmed.drop { $0 == "|" }.split(separator: "|", omittingEmptySubsequences: false)
        .map { inline(String($0).trimmed) }
    }
    func row(_ line: String) -> [String] {
      let all = cells(line)
      return all.last == "" ? Array(all.dropLast()) : all
    }
    let titles = row(lines[place])
    place += 2
    var rows: [[String]] = []
    while place < lines.count, lines[place].trimmed.hasPrefix("|") {
      rows.append(row(lines[place]))
      place += 1
    }
    return HTML.table(titles, rows)
  }

  /// Emphasis, code and links of one paragraph.
  static func inline(_ text: String) -> String {
    var out = ""
    let letters = Array(text)
    var place = 0
    func find(_ mark: [Character], from start: Int) -> Int? {
      guard letters.count >= mark.count, start <= letters.count - mark.count else { return nil }
      return (start...(letters.count - mark.count)).first { letters[$0..<($0 + mark.count)].elementsEqual(mark) }
    }
    func span(_ mark: String, _ element: String) -> Bool {
      let mark = Array(mark)
      guard letters[place...].starts(with: mark), place + mark.count < letters.count,
        !letters[place + mark.count].isWhitespace,
        place == 0 || mark[0] != "_" || !letters[place - 1].isLetter && !letters[place - 1].isNumber
      else { return false }
      var end = place + mark.count + 1
      while let found = find(mark, from: end) {
        let after = found + mark.count
        let follows = after < letters.count ? letters[after] : " "
        if !letters[found - 1].isWhitespace, follows != mark[0],
          mark[0] != "_" || !follows.isLetter && !follows.isNumber
        {
          out += "<\(element)>\(inline(String(letters[(place + mark.count)..<found])))</\(element)>"
          place = after
          return true
        }
        end = found + 1
      }
      return false
    }
    while place < letters.count {
      let letter = letters[place]
      if letter == "`", let end = find(["`"], from: place + 1) {
        out += HTML.text("code", String(letters[(place + 1)..<end]))
        place = end + 1
      } else if letter == "$", place + 1 < letters.count, !letters[place + 1].isWhitespace,
        !letters[place + 1].isNumber,
        let end = find(["$"], from: place + 1), !letters[place..<end].contains("\n")
      {
        out += HTML.text("span", String(letters[(place + 1)..<end]), class: "formula")
        place = end + 1
      } else if letter == "\\", place + 1 < letters.count, "*_`[]#\\$".contains(letters[place + 1]) {
        out += HTML.escaped(String(letters[place + 1]))
        place += 2
      } else if letter == "[", let close = find(["]", "("], from: place), let end = find([")"], from: close),
        !letters[place..<close].contains("\n")
      {
        let address = String(letters[(close + 2)..<end])
        let words = inline(String(letters[(place + 1)..<close]))
        // Only addresses that cannot run anything.
        let isLink = address.hasPrefix("https://") || address.hasPrefix("http://")
        out += isLink ? "<a href=\"\(HTML.escaped(address))\">\(words)</a>" : words
        place = end + 1
      } else if span("**", "strong") || span("__", "strong") || span("*", "em") || span("_", "em") {
        continue
      } else {
        out += HTML.escaped(String(letter))
        place += 1
      }
    }
    return out
  }
}

extension StringProtocol {
  /// Without spaces and tabs at both ends.
  var trimmed: String {
    let start = drop { $0 == " " || $0 == "\t" || $0 == "\r" }
    return String(start.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
  }
}
