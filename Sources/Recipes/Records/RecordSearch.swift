import Basics
import Foundation

/// Finds the record of a recipe file.
public enum RecordSearch {
  /// The newest run with the same source (comments and white space aside), these changed parameters, and this program's
  /// version and numerics; `nil` when there is none.
  ///
  /// - Parameters:
  ///   - changed: the parameters that differ from their defaults; `nil` for any.
  ///   - fingerprint: the numerics; `nil` for those of any machine and version.
  ///   - wanted: what else must hold.
  public static func newest(
    of file: RecipeFile, changed: [JSON.Member]? = [], fingerprint: String?, store: String,
    wanted: (StoredRun) -> Bool = { _ in true }
  ) -> StoredRun? {
    guard let entries = try? RunIndex(store: store).list() else { return nil }
    let tokens = SourceTokens.hash(file.source)
    for entry in entries {
      let isOurs = fingerprint.map { $0 == entry.fingerprint && entry.perilune == HostVersion.current } ?? true
      guard isOurs else { continue }
      guard let run = try? StoredRun(path: "\(store)/runs/\(entry.name)"), run.faults.isEmpty,
        run.run["tokens_sha256"]?.string == tokens, !run.isSmoke,
        changed.map({ $0 == (run.run["changed_params"]?.members ?? []) }) ?? true,
        (run.run["files"]?.list ?? []).allSatisfy({ isUnchanged($0, below: file.folder) }), wanted(run)
      else { continue }
      return run
    }
    return nil
  }

  /// Whether a file that the run read is as it was; files from elsewhere are not looked for.
  private static func isUnchanged(_ file: JSON, below folder: String) -> Bool {
    guard let name = file["name"]?.string, let hash = file["sha256"]?.string else { return false }
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return true }
    return FileHash.of(path) == hash
  }
}
