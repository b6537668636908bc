import Foundation
import XCTest

/// The program while it runs, with the processes of its trials.
final class LiveProgram {
  private let process: ChildProcess
  private let program: Program

  init(_ program: Program, _ arguments: String...) throws {
    self.program = program
    process = try program.start(Program.executable.path, arguments)
  }

  var output: String { (try? program.read(".output")) ?? "" }
  var errors: String { (try? program.read(".errors")) ?? "" }

  /// The processes of trials that run now.
  var workers: [pid_t] { Self.children(of: process.identifier) }

  static func children(of parent: pid_t) -> [pid_t] {
    let text = try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
    return (text ?? "").split(separator: " ").compactMap { pid_t($0) }
  }

  /// Whether a process is there and not a zombie.
  static func isAlive(_ process: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    let state = status.split(separator: ")").last?.split(separator: " ").first
    return state != "Z" && state != "X"
  }

  /// Waits until something holds, for a minute at most.
  @discardableResult
  static func wait(_ seconds: Double = 60, until isDone: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while !isDone() {
      if Date() > end { return false }
      usleep(5000)
    }
    return true
  }

  func kill(_ signal: Int32 = SIGKILL) { process.signal(signal) }

  /// The exit code, or minus the signal that ended it.
  func waitForExit() -> Int32 { process.wait().code }
}

/// The slow tier.
enum Tier {
  static let isFull = ProcessInfo.processInfo.environment["PERILUNE_FULL"] == "1"
}

extension Program.Result {
  /// What `--json` printed.
  func object() throws -> [String: Any] {
    try XCTUnwrap(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], errors)
  }

  /// The bits of all metrics: seed, arm, name and number of each.
  func metrics() throws -> [String] {
    try XCTUnwrap(try object()["trials"] as? [[String: Any]]).flatMap { trial in
      let metrics = trial["metrics"] as? [String: Any] ?? [:]
      return metrics.keys.sorted().map { name in
        let bits = (metrics[name] as? Double).map { String($0.bitPattern, radix: 16) } ?? "none"
        return "\(trial["call"] ?? 1) \(trial["seed"] ?? 0) \(trial["arm"] ?? "") \(name) \(bits)"
      }
    }
  }
}
