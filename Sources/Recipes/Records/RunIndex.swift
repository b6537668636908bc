import Basics
import Foundation
import Glibc

/// The list of all runs in a store: `index.jsonl`, a line for each, so that listing opens one file.
///
/// It is only a memory of what the folders say: runs that it does not know are read from their folders and added, lines
/// without a folder or half a line are passed over, and it may be deleted at any time.
public struct RunIndex {
  private let store: String
  private var path: String { store + "/index.jsonl" }

  public init(store: String) { self.store = store }

  /// Adds a line. Nothing is lost where that fails, because the next listing finds the folder.
  func add(_ entry: RunEntry) { append([entry]) }

  /// All runs, the latest first.
  ///
  /// - Throws: `Failure` of kind `file` when there is no store.
  public func list() throws -> [RunEntry] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: store + "/runs") else {
      throw Failure(
        .file, "there are no records in '\(store)'; 'perilune run FILE' makes one, and --store names another place")
    }
    var known: [String: RunEntry] = [:]
    for entry in read() { known[entry.name] = entry }
    var entries: [RunEntry] = []
    var found: [RunEntry] = []
    for name in names where !name.hasPrefix(".") {
      if let entry = known[name] {
        entries.append(entry)
      } else if let entry = entry(name) {
        found.append(entry)
      }
    }
    if !found.isEmpty { append(found) }
    return (entries + found).sorted { ($0.recorded, $0.name) > ($1.recorded, $1.name) }
  }

  /// What a folder says; `nil` when it is not a record.
  private func entry(_ name: String) -> RunEntry? {
    func json(_ file: String) -> JSON? {
      FileManager.default.contents(atPath: "\(store)/runs/\(name)/\(file)").flatMap { try? JSON(parsing: Array($0)) }
    }
    return json("run.json").map { RunEntry(name: name, run: $0, machine: json("machine.json")) }
  }

  private func read() -> [RunEntry] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return [UInt8](data).split(separator: 0x0A).compactMap { line in
      (try? JSON(parsing: line)).flatMap { RunEntry(index: $0) }
    }
  }

  /// Lines go to the end in one piece each, under a lock; a line that was cut off by a crash is ended first.
  private func append(_ entries: [RunEntry]) {
    let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    defer { close(file) }
    flock(file, LOCK_EX)
    var text = entries.map { $0.json.compact + "\n" }.joined()
    var last: UInt8 = 0x0A
    let size = lseek(file, 0, SEEK_END)
    if size > 0, pread(file, &last, 1, size - 1) == 1, last != 0x0A { text = "\n" + text }
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
  }
}
