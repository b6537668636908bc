import Basics
import Foundation

/// The recipes of a folder with what their records say.
public struct Ledger {
  /// A recipe file and its record.
  struct Entry {
    /// Below the ledger's folder.
    let path: String
    let record: ExportedRecord?
    /// Whether the file is what the record was made from, comments and white space aside.
    let isCurrent: Bool
  }

  let folder: String
  let entries: [Entry]
  /// Records whose recipe is not there any more.
  let orphans: [String]

  /// Reads the recipes of a folder and the records in its subfolder `records`.
  ///
  /// - Throws: `Failure` of kind `file`.
  public init(folder: String) throws {
    self.folder = folder
    let recipes = try Self.recipes(in: folder)
    var records: [ExportedRecord] = []
    for name in Self.names(folder + "/records") where name.hasSuffix(".json") {
      records.append(try ExportedRecord(file: "\(folder)/records/\(name)"))
    }
    entries = recipes.map { path, file in
      let record = records.first { $0.path == path }
      let tokens = SourceTokens.hash(file.source)
      return Entry(path: path, record: record, isCurrent: record?.run.run["tokens_sha256"]?.string == tokens)
    }
    orphans = records.map(\.path).filter { path in !recipes.contains { $0.path == path } }
  }

  /// Writes the newest whole record of each recipe into the subfolder `records`; tells for each what was done.
  ///
  /// A record is whole when it has the planned seeds, default parameters, and its controls were run.
  ///
  /// - Parameter store: where records are; by default where each recipe's are kept.
  /// - Throws: `Failure` of kind `file`.
  public static func export(folder: String, store: String?, fingerprint: String, tell: (String) -> Void) throws {
    for (path, file) in try recipes(in: folder) {
      let found = RecordSearch.newest(of: file, fingerprint: fingerprint, store: store ?? StoreFolder.of(file)) { run in
        run.run["planned"]?.bool == true && (run.controls.isEmpty || run.hasControls)
      }
      guard let found, let id = found.run["recipe"]?.string else {
        tell("\(path): no record that is whole; 'perilune verify \(folder)/\(path)' makes one")
        continue
      }
      let record = ExportedRecord(path: path, run: found)
      try AtomicFile.makeFolder(folder + "/records")
      let target = "\(folder)/records/\(SafeName.make(id)).json"
      try AtomicFile.write(Array(try record.text().utf8), to: target)
      tell("\(path): \(target) from run \(found.name)")
    }
  }

  /// Lua files below a folder that declare a recipe, sorted by path.
  private static func recipes(in folder: String) throws -> [(path: String, file: RecipeFile)] {
    guard StoredRun.isFolder(folder) else { throw Failure(.file, "'\(folder)' is not a folder") }
    var found: [(path: String, file: RecipeFile)] = []
    for path in below(folder, "", depth: 0) where path.hasSuffix(".lua") {
      let file = try RecipeFile(path: "\(folder)/\(path)")
      var before: [String] = []
      var declares = false
      SourceTokens.each(file.source) { token in
        before = before.suffix(2) + [String(decoding: token, as: UTF8.self)]
        if before == ["lab", ".", "recipe"] { declares = true }
      }
      if declares { found.append((path, file)) }
    }
    return found
  }

  private static func below(_ folder: String, _ prefix: String, depth: Int) -> [String] {
    guard depth < 8 else { return [] }
    return names(folder).flatMap { name -> [String] in
      guard !name.hasPrefix(".") else { return [] }
      let path = "\(folder)/\(name)"
      return StoredRun.isFolder(path) ? below(path, prefix + name + "/", depth: depth + 1) : [prefix + name]
    }
  }

  private static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }
}
