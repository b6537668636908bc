import Basics
import Foundation
import Glibc

/// A recipe with its helper files, small data and a record, in one file: JSON with the SHA-256 of every part.
///
/// Members are `recipe/...`, to be executed, and `record/...`, what came out. Names inside are never trusted as paths.
public struct RecipeBundle: Sendable {
  /// A file of the bundle.
  public struct Part: Sendable {
    public let name: String
    public let bytes: [UInt8]
    /// What the bundle says it should be.
    public let hash: String
  }

  /// The run's name.
  public let run: String
  /// The recipe's file name below `recipe/`.
  public let recipe: String
  public let parts: [Part]

  /// All parts together may have so many bytes.
  public static let mostBytes = 32 << 20
  private static let format = "perilune bundle 1"

  /// Collects what a run needs.
  ///
  /// - Parameters:
  ///   - file: the recipe's file, in its folder.
  ///   - missing: gets each file that the run read and that is not taken along, with the reason.
  /// - Throws: `Failure` when the files are not what the run read, or are too large.
  public init(_ run: StoredRun, file: RecipeFile, missing: (String) -> Void) throws {
    guard let source = run.source else {
      throw Failure(.file, "run \(run.name) is an exported record without its source; pack a run of the store")
    }
    guard run.faults.isEmpty else { throw Failure(.file, "run \(run.name) cannot be packed: \(run.faults[0])") }
    self.run = run.name
    recipe = run.run["file"]?.string.flatMap { SafePath.isInside($0) && !$0.contains("/") ? $0 : nil } ?? "recipe.lua"
    var parts = [Part(name: "recipe/" + recipe, text: source)]
    for read in run.run["files"]?.list ?? [] {
      guard let name = read["name"]?.string, let hash = read["sha256"]?.string else { continue }
      let path = "\(file.folder)/\(name)"
      guard SafePath.isInside(name), access(path, R_OK) == 0, FileHash.of(path) == hash else {
        let isThere = SafePath.isInside(name) && access(path, R_OK) == 0
        missing(isThere ? "\(name) has changed since the run" : "\(name) is not below the recipe's folder")
        continue
      }
      parts.append(Part(name: "recipe/" + name, bytes: try StoredRun.bytes(path)))
    }
    for name in try Self.files(in: run.path) {
      parts.append(Part(name: "record/" + name, bytes: try StoredRun.bytes("\(run.path)/\(name)")))
    }
    let size = parts.reduce(0) { $0 + $1.bytes.count }
    guard size <= Self.mostBytes else {
      throw Failure(
        .file,
        "run \(run.name) with its files has \(ByteCount(size)), more than the \(ByteCount(Self.mostBytes)) of a bundle")
    }
    self.parts = parts
  }

  /// Files of a record, sorted: those at its top and figures.
  private static func files(in folder: String) throws -> [String] {
    let manager = FileManager.default
    return try manager.contentsOfDirectory(atPath: folder).sorted().flatMap { name -> [String] in
      guard StoredRun.isFolder("\(folder)/\(name)") else { return [name] }
      return try manager.contentsOfDirectory(atPath: "\(folder)/\(name)").sorted().map { "\(name)/\($0)" }
    }
  }

  /// Whether a file is a bundle, by its first bytes.
  public static func isBundle(_ path: String) -> Bool {
    guard !path.hasSuffix(".lua"), let handle = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? handle.close() }
    let start = (try? handle.read(upToCount: 80)) ?? Data()
    return String(decoding: start, as: UTF8.self).contains(format)
  }

  /// Reads a bundle.
  ///
  /// - Throws: `Failure` of kind `file` for anything that is not one, and for names that lead out of their folder.
  public init(path: String) throws {
    let json: JSON
    do {
      json = try JSON(parsing: try StoredRun.bytes(path))
    } catch {
      throw Failure(.file, "'\(path)' is not a bundle: \(error)")
    }
    guard json["format"]?.string == Self.format, let run = json["run"]?.string, let recipe = json["recipe"]?.string,
      let list = json["parts"]?.list
    else { throw Failure(.file, "'\(path)' is not a bundle of this version of perilune") }
    var parts: [Part] = []
    var size = 0
    for item in list {
      guard let name = item["name"]?.string, let hash = item["sha256"]?.string,
        let bytes = item["text"]?.string.map({ Array($0.utf8) })
          ?? item["base64"]?.string.flatMap({ Data(base64Encoded: $0) }).map({ Array($0) })
      else { throw Failure(.file, "'\(path)': part \(parts.count + 1) lacks its name, hash or content") }
      guard SafePath.isInside(name), name.hasPrefix("recipe/") || name.hasPrefix("record/") else {
        throw Failure(.file, "'\(path)' names the part '\(name)', which leads out of the bundle; nothing was unpacked")
      }
      guard !parts.contains(where: { $0.name == name }) else {
        throw Failure(.file, "'\(path)' has two parts '\(name)'")
      }
      size += bytes.count
      guard size <= Self.mostBytes else {
        throw Failure(.file, "'\(path)' holds more than \(ByteCount(Self.mostBytes))")
      }
      parts.append(Part(name: name, bytes: bytes, hash: hash))
    }
    guard SafePath.isInside(run), !run.contains("/"), SafePath.isInside(recipe), !recipe.contains("/"),
      parts.contains(where: { $0.name == "recipe/" + recipe }), parts.contains(where: { $0.name == "record/run.json" })
    else { throw Failure(.file, "'\(path)' lacks its recipe or its record") }
    (self.run, self.recipe, self.parts) = (run, recipe, parts)
  }

  /// The bundle's text.
  public var text: String {
    JSON.record(
      ("format", .text(Self.format)), ("run", .text(run)), ("recipe", .text(recipe)),
      ("parts", .list(parts.map(\.json)))
    ).pretty
  }

  /// The parts that are not what their hashes say.
  public var edited: [String] { parts.filter { Digest.sha256($0.bytes) != $0.hash }.map(\.name) }

  /// Writes the parts into a folder of their own.
  ///
  /// - Returns: the recipe's path, and the record's folder.
  /// - Throws: `Failure` of kind `file`.
  public func unpack(into folder: String) throws -> (recipe: String, record: String) {
    for part in parts {
      let name = part.name.hasPrefix("record/") ? "record/\(run)/" + part.name.dropFirst(7) : part.name
      if let slash = name.lastIndex(of: "/") { try AtomicFile.makeFolder("\(folder)/\(name[..<slash])") }
      try AtomicFile.write(part.bytes, to: "\(folder)/\(name)")
    }
    return ("\(folder)/recipe/\(recipe)", "\(folder)/record/\(run)")
  }

  /// Calls the body with a new folder that is removed afterwards.
  public static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var name = Array((NSTemporaryDirectory() + "/perilune-XXXXXX").utf8CString)
    guard mkdtemp(&name) != nil else {
      throw Failure(.file, "a temporary folder cannot be made: \(String(cString: strerror(errno)))")
    }
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }
}

extension RecipeBundle.Part {
  init(name: String, bytes: [UInt8]) { self.init(name: name, bytes: bytes, hash: Digest.sha256(bytes)) }

  init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

  /// Text stays readable.
  fileprivate var json: JSON {
    let text = String(validating: bytes, as: UTF8.self)
    let content: (String, JSON) =
      text.map { ("text", .text($0)) } ?? ("base64", .text(Data(bytes).base64EncodedString()))
    return .record(("name", .text(name)), ("sha256", .text(hash)), content)
  }
}
