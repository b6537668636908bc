import Foundation

/// Earlier inputs, the oldest first; kept in a file where one is given.
public final class History {
  public private(set) var entries: [String] = []
  private let path: String?
  private static let most = 5000

  /// - Parameter path: the file; each entry is a line of JSON text in it. Absent: nothing is kept.
  public init(path: String?) {
    self.path = path
    guard let path, let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
    let lines = text.split(separator: "\n")
    entries = lines.suffix(Self.most).compactMap { line in
      try? JSONDecoder().decode(String.self, from: Data(line.utf8))
    }
    if lines.count > 2 * Self.most { rewrite() }
  }

  /// `perilune/history` in the folder of states that the XDG rules name.
  public static func standardPath() -> String? { stateFile("history") }

  /// A file of the program in the folder of states that the XDG rules name.
  public static func stateFile(_ name: String) -> String? {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") { return folder + "/perilune/" + name }
    guard let home = environment["HOME"], !home.isEmpty else { return nil }
    return home + "/.local/state/perilune/" + name
  }

  /// Adds an input, unless it is empty or the same as the last one.
  public func add(_ text: String) {
    guard !text.allSatisfy(\.isWhitespace), text != entries.last else { return }
    entries.append(text)
    guard let path, let line = Self.line(text) else { return }
    let folder = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Appending a line at once lets two prompts share the file.
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    _ = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  }

  /// The place of the next older entry that begins with a text.
  public func older(than place: Int, beginningWith prefix: String) -> Int? {
    entries[..<min(place, entries.count)].lastIndex { $0.hasPrefix(prefix) && $0 != prefix }
  }

  /// The place of the next newer entry that begins with a text.
  public func newer(than place: Int, beginningWith prefix: String) -> Int? {
    guard place + 1 < entries.count else { return nil }
    return entries[(place + 1)...].firstIndex { $0.hasPrefix(prefix) && $0 != prefix }
  }

  /// The place of the latest entry before a place that contains a text.
  public func search(_ text: String, before place: Int) -> Int? {
    entries[..<min(place, entries.count)].lastIndex { $0.contains(text) }
  }

  private func rewrite() {
    guard let path else { return }
    let lines = entries.compactMap(Self.line).reduce(into: Data()) { $0 += $1 }
    try? lines.write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private static func line(_ text: String) -> Data? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { $0 + Data([0x0A]) }
  }
}
