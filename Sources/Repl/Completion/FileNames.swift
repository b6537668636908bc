import Foundation
import LineEditor

/// Names of files that a text in a string could go on to.
enum FileNames {
  private static let most = 500

  static func complete(_ text: String) -> Completions {
    let slash = text.lastIndex(of: "/")
    let typed = slash.map { text[text.index(after: $0)...] } ?? text[...]
    var folder = slash.map { String(text[...$0]) } ?? "."
    if folder.hasPrefix("~/") { folder = NSHomeDirectory() + folder.dropFirst() }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let fitting = names.filter { $0.hasPrefix(typed) && (!$0.hasPrefix(".") || typed.hasPrefix(".")) }.sorted()
    let items = fitting.prefix(most).map { name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
      return Completions.Item(name + (isFolder.boolValue ? "/" : ""), isFolder.boolValue ? "folder" : "")
    }
    return Completions(replaces: typed.count, items: items)
  }
}
