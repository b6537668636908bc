import Foundation
import Glibc
import XCTest

/// A process that a test starts, in a process group of its own, and that never keeps a test waiting for ever.
///
/// Foundation's `Process` learns of an end through a socket that grandchildren and processes started at the same time
/// inherit; this one asks the kernel.
final class ChildProcess: @unchecked Sendable {
  let identifier: pid_t
  private var status: Int32?

  /// How a process ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It was killed by the test because it took too long.
    case tookTooLong
  }

  /// Files for the three standard streams.
  struct Streams {
    var input: Int32
    var output: Int32
    var errors: Int32
  }

  struct NotStarted: Error { let code: Int32 }

  init(
    _ executable: String, _ arguments: [String], in folder: URL,
    environment: [String: String] = ProcessInfo.processInfo.environment, streams: Streams
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in [streams.input, streams.output, streams.errors].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file, Int32(number))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Whatever runs the tests may ignore or block signals; the program begins as from a shell.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    // The call that changes the folder is not visible to Swift; this command changes it and becomes the program.
    let command = ["/usr/bin/env", "--chdir=" + folder.path, executable] + arguments
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var started: pid_t = 0
    let code = posix_spawn(&started, command[0], &actions, &attributes, &words, &variables)
    guard code == 0 else { throw NotStarted(code: code) }
    identifier = started
  }

  deinit {
    if isRunning { killGroup() }
  }

  var isRunning: Bool {
    if status != nil { return false }
    var found: Int32 = 0
    guard waitpid(identifier, &found, WNOHANG) == identifier else { return true }
    status = found
    return false
  }

  func signal(_ signal: Int32) {
    if status == nil { kill(identifier, signal) }
  }

  /// Ends it and all that it started in its group, and waits for it.
  private func killGroup() {
    killpg(identifier, SIGKILL)
    var found: Int32 = 0
    while waitpid(identifier, &found, 0) < 0 && errno == EINTR {}
    status = found
  }

  /// Waits for its end; what runs longer than `seconds` is killed and fails the test.
  @discardableResult
  func wait(seconds: Double = 600, file: StaticString = #filePath, line: UInt = #line) -> Ending {
    let end = Date().addingTimeInterval(seconds)
    var pause: UInt32 = 200
    while isRunning {
      guard Date() < end else {
        let state = (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
        killGroup()
        XCTFail("a process did not end within \(Int(seconds)) s:\n\(state)", file: file, line: line)
        return .tookTooLong
      }
      usleep(pause)
      pause = min(5000, pause * 2)
    }
    let status = status ?? 0
    return status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: status & 0x7F)
  }
}

extension ChildProcess.Ending {
  /// The exit code, or minus the signal that killed it.
  var code: Int32 {
    switch self {
    case .exited(let code): code
    case .killed(let signal): -signal
    case .tookTooLong: -SIGKILL
    }
  }
}

extension Program {
  /// Starts a command in this folder; what it prints goes to the files `.output` and `.errors`.
  func start(
    _ executable: String, _ arguments: [String], input: String = "",
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> ChildProcess {
    try write(".input", input)
    let input = try opened(".input", O_RDONLY)
    defer { close(input) }
    let output = try opened(".output", O_WRONLY | O_CREAT | O_TRUNC)
    defer { close(output) }
    let errors = try opened(".errors", O_WRONLY | O_CREAT | O_TRUNC)
    defer { close(errors) }
    return try ChildProcess(
      executable, arguments, in: folder, environment: environment,
      streams: .init(input: input, output: output, errors: errors))
  }

  private func opened(_ name: String, _ flags: Int32) throws -> Int32 {
    let file = open(folder.appendingPathComponent(name).path, flags | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ChildProcess.NotStarted(code: errno) }
    return file
  }

  /// Runs a command in this folder to its end.
  func execute(
    _ executable: String, _ arguments: [String], input: String = "", file: StaticString = #filePath, line: UInt = #line
  ) throws -> Result {
    let process = try start(executable, arguments, input: input)
    let code = process.wait(file: file, line: line).code
    return Result(code: code, output: try read(".output"), errors: try read(".errors"))
  }
}
