import Basics
import Foundation

/// A run as one small JSON file, to be kept beside the recipe in its repository: what `perilune reproduce` needs.
public struct ExportedRecord: Sendable {
  /// The recipe's path below the folder of the ledger.
  public let path: String
  public let run: StoredRun

  /// An exported record has fewer bytes than this.
  public static let mostBytes = 20_000

  public init(path: String, run: StoredRun) {
    self.path = path
    self.run = run
  }

  /// Reads an exported record.
  ///
  /// - Throws: `Failure` of kind `file`.
  public init(file: String) throws {
    run = try StoredRun(path: file)
    guard let path = try JSON(parsing: StoredRun.bytes(file))["path"]?.string, SafePath.isInside(path) else {
      throw Failure(.file, "'\(file)' does not name its recipe by a path below its folder")
    }
    self.path = path
  }

  /// The file's text. Where it would be too large it goes without line breaks, and then without what follows from the
  /// trials (values of claims) and without fingerprints of data.
  ///
  /// - Throws: `Failure` of kind `file` when it is too large even so.
  public func text() throws -> String {
    let spare: Set<String> = ["values", "data", "declared_params"]
    let texts = [whole(run.run).pretty, whole(run.run).compact + "\n", whole(run.run.without(spare)).compact + "\n"]
    if let text = texts.first(where: { $0.utf8.count < Self.mostBytes }) { return text }
    throw Failure(
      .file,
      "the record of \(path) has \(texts[2].utf8.count) bytes without line breaks, more than \(Self.mostBytes); "
        + "return fewer metrics from its trials")
  }

  private func whole(_ content: JSON) -> JSON {
    .record(
      ("format", .integer(1)), ("path", .text(path)), ("name", .text(run.name)), ("run", content),
      ("machine", run.machine ?? .null))
  }
}

extension JSON {
  /// The same without all members of these names.
  func without(_ names: Set<String>) -> JSON {
    switch self {
    case .list(let values): .list(values.map { $0.without(names) })
    case .object(let members):
      .object(
        members.filter { !names.contains($0.name) }.map { JSON.Member(name: $0.name, value: $0.value.without(names)) })
    default: self
    }
  }
}

/// Paths that come from files of others.
enum SafePath {
  /// Whether a path names something below the folder it is meant for: relative, without `..`, without control characters.
  static func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.isEmpty && path.utf8.count <= 400 && parts.count <= 20
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 200 }
      && !path.contains("\\") && !path.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
  }
}
