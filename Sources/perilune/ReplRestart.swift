import Foundation
import Glibc
import LineEditor
import LuaHost
import Repl

/// What happens where a line cannot be stopped: a second Ctrl-C within two seconds starts the program anew.
///
/// Loops inside Lua's own C functions (patterns, `string.rep`) look at no flag, and what they work on cannot be left
/// half-done. The accepted inputs are in a file, so that `:load` brings the names back.
enum ReplRestart {
  private static let mark = "PERILUNE_ABANDONED"

  /// Whether this very process was started anew.
  static var isRestart: Bool { getenv(mark).map { String(cString: $0) } == "\(getpid())" }

  static func prepare(_ session: ReplSession, keepsFiles: Bool) {
    Interruption.restartWhenStuck(afterMilliseconds: 400, arguments: CommandLine.arguments)
    guard keepsFiles, let path = History.stateFile("session-\(getpid()).lua") else {
      if isRestart { say("") }
      setenv(mark, "\(getpid())", 1)
      return
    }
    if isRestart, !FileManager.default.fileExists(atPath: path) {
      say("")
    } else if isRestart {
      let kept = path.replacing(".lua", with: "-abandoned.lua")
      try? FileManager.default.removeItem(atPath: kept)
      try? FileManager.default.moveItem(atPath: path, toPath: kept)
      say("; :load \(kept) runs the accepted inputs again")
    }
    setenv(mark, "\(getpid())", 1)
    removeLeftovers(beside: path)
    try? FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    session.onAccepted = { cells in
      try? cells.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
    atexit { History.stateFile("session-\(getpid()).lua").map { _ = unlink($0) } }
  }

  private static func say(_ more: String) {
    print("that line could not be stopped, so the session starts anew\(more)")
    fflush(nil)
  }

  /// Files of sessions whose processes are gone.
  private static func removeLeftovers(beside path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard name.hasPrefix("session-"), let process = pid_t(name.dropFirst(8).prefix { $0 != "." }),
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink(folder + "/" + name)
    }
  }
}
