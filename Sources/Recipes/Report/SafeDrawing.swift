/// Whether an SVG document draws and does nothing else, as all figures of this program do. Records may come from others.
enum SafeDrawing {
  private static let elements: Set<String> = [
    "svg", "title", "desc", "style", "g", "rect", "line", "circle", "path", "text", "tspan", "image", "polygon",
    "polyline",
  ]

  /// The document for use inside a page, or `nil` when it has other elements, event handlers or outside references.
  static func checked(_ svg: String) -> String? {
    let document = svg.trimmed.hasSuffix("\n") ? String(svg.dropLast()) : svg
    guard document.hasPrefix("<svg"), document.hasSuffix("</svg>") else { return nil }
    var rest = document[...]
    var inStyle = false
    while let open = rest.firstIndex(of: "<") {
      if inStyle, !isQuietStyle(rest[..<open]) { return nil }
      rest = rest[rest.index(after: open)...]
      guard let close = end(of: rest) else { return nil }
      let tag = rest[..<close]
      rest = rest[rest.index(after: close)...]
      let isEnd = tag.first == "/"
      let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter })
      guard elements.contains(name) else { return nil }
      inStyle = name == "style" && !isEnd
      guard isEnd || attributesAreSafe(tag.dropFirst(name.count)) else { return nil }
    }
    return document
  }

  /// The end of a tag, outside of quoted values.
  private static func end(of text: Substring) -> Substring.Index? {
    var quote: Character?
    for place in text.indices {
      let letter = text[place]
      if let open = quote {
        if letter == open { quote = nil }
      } else if letter == "\"" || letter == "'" {
        quote = letter
      } else if letter == ">" {
        return place
      } else if letter == "<" {
        return nil
      }
    }
    return nil
  }

  private static func isQuietStyle(_ text: Substring) -> Bool {
    let lower = text.lowercased()
    return !["url(", "@import", "expression", "\\", "&"].contains { lower.contains($0) }
  }

  private static func attributesAreSafe(_ text: Substring) -> Bool {
    var rest = text.drop { $0.isWhitespace || $0 == "/" }
    while !rest.isEmpty {
      let name = rest.prefix { $0 != "=" && !$0.isWhitespace }.lowercased()
      rest = rest.drop { $0 != "=" && !$0.isWhitespace }
      guard rest.first == "=", let quote = rest.dropFirst().first, quote == "\"" || quote == "'" else { return false }
      let value = rest.dropFirst(2).prefix { $0 != quote }
      rest = rest.dropFirst(2 + value.count + 1).drop { $0.isWhitespace || $0 == "/" }
      if name.hasPrefix("on") || name.contains(":") && name != "xml:space" { return false }
      if name == "href", !value.hasPrefix("data:image/png;base64,") { return false }
      if name == "style" || name == "class", !isQuietStyle(value) { return false }
      if ["src", "action", "formaction", "from", "to", "values"].contains(name) { return false }
      if value.lowercased().contains("url(") { return false }
    }
    return true
  }
}
