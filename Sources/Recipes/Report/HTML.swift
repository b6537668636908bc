/// HTML that is put together from text; all text is escaped here and nowhere else.
enum HTML {
  /// Text safe in elements and in quoted attributes.
  static func escaped(_ text: String) -> String {
    var out = ""
    out.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      case "\n", "\t": out.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// An element around text.
  static func text(_ name: String, _ text: String, class style: String = "") -> String {
    element(name, escaped(text), class: style)
  }

  /// An element around HTML.
  static func element(_ name: String, _ content: String, class style: String = "") -> String {
    "<\(name)\(style.isEmpty ? "" : " class=\"\(style)\"")>\(content)</\(name)>"
  }

  /// A table that can be scrolled sideways where it is too wide; cells are HTML.
  static func table(_ titles: [String], _ rows: [[String]], numeric: Set<Int> = []) -> String {
    func row(_ cells: [String], _ element: String) -> String {
      "<tr>"
        + cells.enumerated().map { place, cell in
          "<\(element)\(numeric.contains(place) ? " class=\"number\"" : "")>\(cell)</\(element)>"
        }.joined() + "</tr>"
    }
    let head = titles.allSatisfy(\.isEmpty) ? "" : "<thead>\(row(titles, "th"))</thead>"
    return "<div class=\"wide\"><table>\(head)<tbody>\(rows.map { row($0, "td") }.joined(separator: "\n"))"
      + "</tbody></table></div>"
  }
}
