import Basics
import Bindings
import LuaHost
import Recipes

/// A question for help: `?name`, `name?`, `apropos word`.
struct Question {
  private enum Kind {
    case name(String)
    case word(String)
  }
  private let kind: Kind

  init?(_ input: String) {
    let text = input.trimmingSpaces
    if text.hasPrefix("?") {
      kind = .name(String(text.dropFirst()).trimmingSpaces)
    } else if text.hasSuffix("?"), Self.isName(text.dropLast()) {
      kind = .name(String(text.dropLast()))
    } else if text.hasPrefix("apropos "), !text.contains("="), !text.contains("(") {
      kind = .word(String(text.dropFirst(8)).trimmingSpaces)
    } else {
      return nil
    }
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "._:[]".contains($0) }
  }

  /// - Parameter width: columns of the terminal, where lists are cut.
  func answer(_ docs: DocRegistry, _ host: LuaHost, width: Int) throws -> String {
    switch kind {
    case .word(let word): return Apropos.list(word, docs, width: width)
    case .name(""): return Help.introduction
    case .name(let name): return try Help.about(name, docs, host)
    }
  }
}
