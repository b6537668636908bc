import LuaHost

/// How `print` shows plain Lua tables: their contents in a fixed order instead of an address that changes every run.
struct PlainTables {
  /// Deeper tables are shown as `{...}`.
  static let deepest = 4
  /// Longer lists are cut.
  static let longest = 100

  static func describe(_ table: TableReader, depth: Int = 0) -> String? {
    guard depth < deepest else { return "{...}" }
    guard let names = try? table.fieldNames() else { return nil }
    var parts: [String] = []
    let count = table.count
    for position in 1...max(1, min(count, longest)) where position <= count {
      parts.append((try? table.item(position) { text($0, depth) }) ?? "?")
    }
    if count > longest { parts.append("... \(count - longest) more") }
    for name in names.prefix(longest) {
      guard let shown = try? table.field(name, { text($0, depth) }) else { continue }
      parts.append(isName(name) ? "\(name) = \(shown)" : "[\"\(name)\"] = \(shown)")
    }
    if names.count > longest { parts.append("... \(names.count - longest) more") }
    let line = "{" + parts.joined(separator: ", ") + "}"
    if line.count <= 100 && !line.contains("\n") { return line }
    let indent = String(repeating: "  ", count: depth + 1)
    return "{\n" + parts.map { indent + $0 }.joined(separator: ",\n") + "\n" + String(repeating: "  ", count: depth)
      + "}"
  }

  private static func text(_ stack: LuaStack, _ depth: Int) -> String {
    switch stack.kind(at: -1) {
    case .string: return "\"\(stack.text(at: -1) ?? "")\""
    case .table:
      if let shown = stack.ownText(at: -1) { return shown }
      guard let inner = try? stack.table(at: -1, "a table") else { return "{...}" }
      return describe(inner, depth: depth + 1) ?? "{...}"
    default: return stack.ownText(at: -1) ?? stack.describe(at: -1)
    }
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first == "_" || first.properties.isAlphabetic, first.isASCII else {
      return false
    }
    return text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil)
    }
  }
}

extension Lab {
  func installPrinting(_ host: LuaHost) {
    tensors.describe { TensorText.describe($0) }
    host.format = { stack, index in
      guard stack.kind(at: index) == .table, stack.ownText(at: index) == nil,
        let table = try? stack.table(at: index, "a table")
      else {
        return nil
      }
      return PlainTables.describe(table)
    }
  }
}
