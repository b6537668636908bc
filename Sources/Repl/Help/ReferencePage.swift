import Bindings

/// `docs/reference.md`: everything that help knows, as one page.
public enum ReferencePage {
  public static func markdown(_ docs: DocRegistry) -> String {
    var chapters: [String] = []
    for doc in docs.all where !chapters.contains(doc.chapter) { chapters.append(doc.chapter) }
    var lines = [
      "# Reference", "",
      "Made by `perilune doc --reference`; `?name` at the prompt and `perilune doc NAME` print the same texts. "
        + "Every example is executed by the tests.", "",
    ]
    for chapter in chapters {
      let count = docs.all.count { $0.chapter == chapter }
      lines.append("- [\(chapter)](#\(anchor(chapter))) (\(count))")
    }
    for chapter in chapters {
      lines += ["", "## \(chapter)"]
      for doc in docs.all where doc.chapter == chapter { lines += [""] + entry(doc) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func entry(_ doc: Doc) -> [String] {
    var lines = ["### " + escaped(doc.name), "", "`\(doc.signature)`", "", escaped(doc.summary)]
    if let formula = doc.formula { lines += ["", "    " + formula] }
    if !doc.details.isEmpty { lines += [""] + doc.details.map { "- " + escaped($0) } }
    if let notes = doc.notes { lines += ["", escaped(notes)] }
    if let source = doc.source { lines += ["", "From: " + escaped(source)] }
    // Plain text: blocks of Lua in pages are scripts that stand alone, and these are executed with the rows.
    return lines + ["", "```text", doc.example, "```"]
  }

  /// Text whose stars, underscores and brackets stay what they are; between backquotes they do anyway.
  private static func escaped(_ text: String) -> String {
    var isCode = false
    return text.reduce(into: "") { result, character in
      if character == "`" { isCode.toggle() }
      if !isCode, "*_<>[]|\\".contains(character) { result.append("\\") }
      result.append(character)
    }
  }

  /// The link that readers of Markdown make of a heading.
  private static func anchor(_ heading: String) -> String {
    heading.lowercased().compactMap { character -> Character? in
      character == " " ? "-" : character.isLetter || character.isNumber || character == "-" ? character : nil
    }.map(String.init).joined()
  }
}
