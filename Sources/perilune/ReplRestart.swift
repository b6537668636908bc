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

  static func prepare(_ session: ReplSession, keepsFiles: Bool) {
    guard keepsFiles, let path = History.stateFile("session-\(getpid()).lua") else { return }
    if getenv(mark) != nil, FileManager.default.fileExists(atPath: path) {
      let kept = path.replacing(".lua", with: "-abandoned.lua")
      try? FileManager.default.removeItem(atPath: kept)
      try? FileManager.default.moveItem(atPath: path, toPath: kept)
      print("that line could not be stopped, so the session starts anew; :load \(kept) runs the accepted inputs again")
      fflush(nil)
    }
    setenv(mark, "1", 1)
    try? FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    session.onAccepted = { input in
      guard let file = fopen(path, "a") else { return }
      fputs("-- %%\n" + input + "\n", file)
      fclose(file)
    }
    Interruption.restartWhenStuck(afterMilliseconds: 400, arguments: CommandLine.arguments)
    atexit { History.stateFile("session-\(getpid()).lua").map { _ = unlink($0) } }
  }
}
