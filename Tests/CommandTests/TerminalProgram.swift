import Foundation
import Glibc
import XCTest

/// The program at a pseudo-terminal of its own.
final class TerminalProgram {
  private let process: ChildProcess
  /// Its folder must last as long as the process.
  private let program: Program
  private let master: Int32
  private var seen = ""
  private var unread: [UInt8] = []
  /// All that it wrote, with colours and movements.
  private(set) var everything = ""

  /// - Parameter terminal: what `TERM` says.
  init(_ program: Program, _ arguments: String..., terminal: String = "xterm", environment: [String: String] = [:])
    throws
  {
    self.program = program
    // The calls of the C library for this are not visible to Swift; these are the kernel's.
    let (lockRequest, numberRequest): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (lock, number): (Int32, Int32) = (0, 0)
    guard master >= 0, ioctl(master, lockRequest, &lock) == 0, ioctl(master, numberRequest, &number) == 0 else {
      throw XCTSkip("no pseudo-terminal can be made here")
    }
    let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var size = winsize(ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(slave, UInt(TIOCSWINSZ), &size)
    defer { close(slave) }
    var variables = ProcessInfo.processInfo.environment
    variables["TERM"] = terminal
    variables["XDG_STATE_HOME"] = program.folder.path + "/state"
    variables["NO_COLOR"] = nil
    // The session's own terminal, so that Ctrl-C becomes a signal.
    process = try ChildProcess(
      "/usr/bin/setsid", ["--ctty", "--wait", Program.executable.path] + arguments, in: program.folder,
      environment: variables.merging(environment) { $1 }, streams: .init(input: slave, output: slave, errors: slave))
  }

  /// Gives the window another size.
  func resize(columns: UInt16, rows: UInt16 = 40) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  deinit {
    // They are in sessions of their own, which the end of this one's group does not reach.
    for process in descendants { kill(process, SIGKILL) }
    close(master)
  }

  /// Types; `\r` is Enter.
  func type(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(master, $0.baseAddress, $0.count) } }

  /// Types a line and waits for a text; gives what came up to then, without colours and movements.
  @discardableResult
  func enter(_ line: String, awaits text: String, file: StaticString = #filePath, at place: UInt = #line) -> String {
    type(line + "\r")
    return awaits(text, after: line, file: file, at: place)
  }

  /// Waits until a text comes after what was seen before.
  @discardableResult
  func awaits(
    _ text: String, after what: String = "", seconds: Double = 20, file: StaticString = #filePath,
    at place: UInt = #line
  ) -> String {
    let end = Date().addingTimeInterval(seconds)
    while true {
      let plain = Self.plain(seen)
      if let found = plain.range(of: text) {
        seen = String(plain[found.upperBound...])
        return String(plain[..<found.upperBound])
      }
      guard Date() < end, read() else {
        XCTFail("'\(text)' did not come after '\(what)', but:\n\(plain.suffix(1500))", file: file, line: place)
        return plain
      }
    }
  }

  private func read() -> Bool {
    var entry = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 200) > 0 else { return true }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(master, &bytes, bytes.count)
    guard count > 0 else { return false }
    // What was read may end in the middle of a character.
    unread += bytes[..<count]
    let last = unread.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
    let wanted = unread[last] < 0xC0 ? 1 : unread[last] < 0xE0 ? 2 : unread[last] < 0xF0 ? 3 : 4
    let whole = unread.count - last < wanted ? last : unread.count
    let text = String(decoding: unread[..<whole], as: UTF8.self)
    unread.removeFirst(whole)
    seen += text
    everything += text
    return true
  }

  /// Text without the terminal's control sequences.
  private static func plain(_ text: String) -> String {
    text.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "").replacing("\r\n", with: "\n").replacing("\r", with: "")
  }

  /// Ctrl-D at the prompt; gives the exit code, -1 when the program does not end.
  func leave() -> Int32 {
    // Before the prompt is there, the terminal itself would take the key.
    if !seen.hasSuffix("> ") { awaits("> ", after: "the last input") }
    type("\u{4}")
    return waitForExit()
  }

  /// The processes that it consists of, the one that made its session left out.
  var descendants: [pid_t] {
    var found: [pid_t] = []
    var parents = [process.identifier]
    while let parent = parents.popLast() {
      let children = LiveProgram.children(of: parent)
      found += children
      parents += children
    }
    return found
  }

  /// The exit code, -1 when it does not end.
  func waitForExit() -> Int32 {
    let end = Date().addingTimeInterval(20)
    while process.isRunning {
      guard Date() < end else { return -1 }
      _ = read()
    }
    return process.wait().code
  }
}
