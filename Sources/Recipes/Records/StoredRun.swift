import Basics
import Foundation
import Glibc

/// A record that was read: all that is known about a run, without executing anything.
public struct StoredRun: Sendable {
  /// The folder's or the file's name.
  public let name: String
  /// Where it was read from.
  public let path: String
  /// `run.json`.
  public let run: JSON
  public let machine: JSON?
  /// The recipe as it was; absent in exported records.
  public let source: String?
  public let series: JSON?
  public let output: JSON?
  public let trace: JSON?
  /// Drawings by the beginning of their file names, in the order of their numbers.
  public let figures: [(stem: String, svg: String)]
  /// What does not fit: hashes that show that the record was edited.
  public let faults: [String]

  /// Files of records that are larger than this are not read.
  static let largest = 256 << 20

  /// Reads a record's folder, or a JSON file that `perilune ledger --export` wrote.
  ///
  /// - Throws: `Failure` of kind `file`.
  public init(path: String) throws {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = path
    let last = path.split(separator: "/").last.map(String.init) ?? path
    guard Self.isFolder(path) else {
      let json = try Self.json(path)
      guard let run = json["run"], run["trials"] != nil else {
        throw Failure(.file, "'\(path)' is not a record: it has no run with trials")
      }
      name = last.hasSuffix(".json") ? String(last.dropLast(5)) : last
      self.run = run
      machine = json["machine"]
      (source, series, output, trace, figures, faults) = (nil, nil, nil, nil, [], [])
      return
    }
    name = last
    guard access(path + "/run.json", F_OK) == 0 else {
      throw Failure(.file, "'\(path)' is a folder, not a recipe file, and not a record: it has no run.json")
    }
    let bytes = try Self.bytes(path + "/run.json")
    run = try Self.parse(bytes, path + "/run.json")
    guard run["trials"]?.list != nil else {
      throw Failure(.file, "'\(path)/run.json' is not a record: it has no trials")
    }
    func optional(_ file: String) throws -> JSON? {
      access("\(path)/\(file)", F_OK) == 0 ? try Self.json("\(path)/\(file)") : nil
    }
    machine = try optional("machine.json")
    series = try optional("series.json")
    output = try optional("output.json")
    trace = try optional("trace.json")
    let text = access(path + "/recipe.lua", F_OK) == 0 ? try Self.bytes(path + "/recipe.lua") : nil
    source = text.map { String(decoding: $0, as: UTF8.self) }
    figures = try Self.drawings(path + "/figures")
    var faults: [String] = []
    if let mark = last.lastIndex(of: "-") {
      let hash = last[last.index(after: mark)...]
      if hash.count == 12, !Digest.sha256(bytes).hasPrefix(hash) {
        faults.append("run.json was changed after it was recorded: its hash is not \(hash)")
      }
    }
    if let text, let hash = run["source_sha256"]?.string, Digest.sha256(text) != hash {
      faults.append("recipe.lua was changed after it was recorded: its hash is not \(hash.prefix(12))")
    }
    self.faults = faults
  }

  /// Finds a record by what a user calls it: a path, the name of a run in a store or its beginning, or a recipe, whose
  /// newest run with default parameters is meant, or else its newest.
  ///
  /// - Throws: `Failure` of kind `file` when there is none, or several.
  public static func find(_ text: String, store: String) throws -> StoredRun {
    if RunReference.isRecipe(text) {
      let file = try RecipeFile(path: text)
      // A sweep's last cell is not what a recipe stands for.
      let known =
        RecordSearch.newest(of: file, fingerprint: nil, store: store)
        ?? RecordSearch.newest(of: file, changed: nil, fingerprint: nil, store: store)
      guard let run = known else {
        throw Failure(
          .file, "there is no record of '\(text)' as it is now in '\(store)'; 'perilune run \(text)' makes one")
      }
      return run
    }
    if text.contains("/") || access(text, F_OK) == 0 {
      guard access(text, F_OK) == 0 else {
        throw Failure(.file, "'\(text)' cannot be read: \(String(cString: strerror(errno)))")
      }
      return try StoredRun(path: text)
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: store + "/runs")) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
    if names.contains(text) { return try StoredRun(path: "\(store)/runs/\(text)") }
    let found = text.isEmpty ? [] : names.filter { $0.hasPrefix(text) || $0.hasSuffix("-" + text) }
    if found.count == 1 { return try StoredRun(path: "\(store)/runs/\(found[0])") }
    guard found.isEmpty else {
      let listed = found.prefix(4).joined(separator: ", ") + (found.count > 4 ? ", ..." : "")
      throw Failure(.file, "'\(text)' fits \(found.count) runs in '\(store)': \(listed)")
    }
    throw Failure(
      .file,
      "there is no run '\(text)' in '\(store)'\(NearestName.hint(text, among: names)); 'perilune runs' lists them")
  }

  private static func drawings(_ folder: String) throws -> [(stem: String, svg: String)] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".svg") }
    let sorted = names.sorted { (number($0), $0) < (number($1), $1) }
    return try sorted.map {
      (String($0.dropLast(4)), String(decoding: try bytes("\(folder)/\($0)"), as: UTF8.self))
    }
  }

  private static func number(_ name: String) -> Int { Int(name.prefix { $0.isNumber }) ?? Int.max }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw Failure(.file, "'\(path)' cannot be read: \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(.file, "'\(path)' is not a file") }
    guard status.st_size <= largest else {
      throw Failure(.file, "'\(path)' has \(ByteCount(status.st_size)), too large for a record")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.file, "'\(path)' cannot be read: \(String(cString: strerror(errno)))")
    }
    return Array(data)
  }

  private static func json(_ path: String) throws -> JSON { try parse(try bytes(path), path) }

  private static func parse(_ bytes: [UInt8], _ path: String) throws -> JSON {
    do {
      return try JSON(parsing: bytes)
    } catch {
      throw Failure(.file, "'\(path)' is not JSON: \(error)")
    }
  }
}

/// What commands say about records, in one place.
extension StoredRun {
  public var recipe: String { run["recipe"]?.string ?? run["file"]?.string ?? name }
  public var title: String { run["title"]?.string ?? recipe }
  public var seeds: [Int] { (run["seeds"]?.list ?? []).compactMap(\.int) }
  public var isSmoke: Bool { run["smoke"]?.bool ?? false }
  public var fingerprint: String { run["fingerprint"]?.string ?? "" }
  public var claims: [JSON] { run["claims"]?.list ?? [] }
  public var controls: [JSON] { run["controls"]?.list ?? [] }
  public var trials: [JSON] { run["trials"]?.list ?? [] }
  public var seconds: Double? { machine?["seconds"]?.double }

  /// Whether its controls were run.
  public var hasControls: Bool { controls.contains { $0["verdict"]?.string != nil } }

  /// The parameters that differ from the recipe's defaults, as arguments: `--set lr=0.1`.
  public var settings: [String] {
    (run["changed_params"]?.members ?? []).map { "\($0.name)=\(Self.argument($0.value))" }
  }

  /// A parameter's value as `--set` reads it.
  static func argument(_ value: JSON) -> String {
    switch value {
    case .text(let text): text
    default: value.compact
    }
  }
}
