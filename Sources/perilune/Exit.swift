import ArgumentParser
import Basics
import Foundation
import Recipes

/// How the program ends: 0 fine, 1 refuted, 2 undecided (both from `verify`), 3 an error, 130 interrupted.
enum Exit {
  static let failure: Int32 = 3
  static let interrupted: Int32 = 130

  /// Writes one message to standard error and ends the program.
  static func end(message: String, code: Int32) -> Never {
    StandardError.write("perilune: \(message)\n")
    exit(code)
  }

  /// Ends the program with what an error says.
  static func end(_ error: any Error) -> Never {
    switch error {
    case let error as ScriptError where error.isInterruption:
      end(
        message: error.failure.message.contains("interrupted")
          ? error.failure.message : "interrupted: " + error.failure.message, code: interrupted)
    case let error as ScriptError: end(message: error.description, code: failure)
    case let error as Failure: end(message: error.message, code: failure)
    case let code as ExitCode: exit(code.rawValue)
    default:
      let code = Perilune.exitCode(for: error)
      // Help and version are answers; a wrong command line is an error like all others.
      if code.isSuccess { Perilune.exit(withError: error) }
      StandardError.write(Perilune.fullMessage(for: error) + "\n")
      exit(failure)
    }
  }
}
