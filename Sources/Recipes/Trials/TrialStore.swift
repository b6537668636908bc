import Basics
import Foundation

/// Finished trials on disk, a file each, so that none is ever run twice or lost.
///
/// `STORE/trials/<recipe>/<call>-<seed>-<arm>-<key>.json` holds what determined the trial and all it brought.
struct TrialStore {
  let folder: String
  private let names: [String]

  /// Looks at what is there; a folder that is missing is made when something is kept.
  init(store: String, recipe: String) {
    folder = "\(store)/trials/\(recipe)"
    names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  enum Found {
    case trial(Trial)
    /// In words: "new", "source changed".
    case missing(String)
  }

  private func name(_ identity: TrialIdentity) -> String { identity.stem + identity.key.prefix(16) + ".json" }

  /// The trial, if one with these facts is there, the files that it read are unchanged, and so are the earlier results
  /// if it read any.
  func find(_ identity: TrialIdentity, results: String) -> Found {
    let name = name(identity)
    if names.contains(name), let json = read(name), let trial = try? Trial(exact: json["trial"] ?? .null),
      trial.seed == identity.seed, trial.arm == identity.arm
    {
      if let changed = trial.files.first(where: { FileHash.of($0.path) != $0.hash }) {
        return .missing("\(changed.path) changed")
      }
      let depends = json["results"]?.string ?? ""
      if !depends.isEmpty, depends != results { return .missing("the earlier results changed") }
      return .trial(trial)
    }
    let others = names.filter { $0.hasPrefix(identity.stem) && $0.hasSuffix(".json") }.sorted().prefix(20)
    let differences = others.compactMap { name in
      read(name)?["determined_by"]?.members.flatMap { identity.difference(from: $0) }
    }
    return .missing(differences.min { ($0.count, $0.text) < ($1.count, $1.text) }?.text ?? "new")
  }

  private func read(_ name: String) -> JSON? {
    FileManager.default.contents(atPath: "\(folder)/\(name)").flatMap { try? JSON(parsing: Array($0)) }
  }

  /// Writes a finished trial.
  ///
  /// - Parameter results: the digest of earlier results where the trial depends on them, else empty.
  /// - Throws: `Failure` of kind `file`.
  func keep(_ trial: Trial, _ identity: TrialIdentity, results: String) throws {
    let json: JSON = .record(
      ("format", .integer(1)), ("call", .integer(identity.call)), ("determined_by", identity.factsJSON),
      ("results", .text(results)), ("trial", trial.exactJSON))
    try AtomicFile.makeFolder(folder)
    try AtomicFile.write(Array((json.compact + "\n").utf8), to: "\(folder)/\(name(identity))")
  }

  /// Where the trial's checkpoint lies while it runs.
  func checkpoint(_ identity: TrialIdentity) -> String {
    "\(folder)/\(identity.stem)\(identity.key.prefix(16)).safetensors"
  }
}

/// Hashes of files that scripts read: of Lua files, the hash of their tokens.
enum FileHash {
  static func of(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    if path.hasSuffix(".lua") { return SourceTokens.hash(String(decoding: data, as: UTF8.self)) }
    return Digest.sha256(Array(data))
  }
}
