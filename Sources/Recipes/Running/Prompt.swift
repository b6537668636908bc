import Basics
import Foundation
import LuaHost

/// What happens to each input at the prompt.
public final class Prompt {
  private let script: ScriptHost

  public init(_ script: ScriptHost) { self.script = script }

  /// Whether the input is the beginning of something longer.
  public func wantsMore(_ input: String) -> Bool {
    !input.hasPrefix("?") && script.host.isIncomplete(Self.global(input))
  }

  /// Runs an input and prints its values as `print` does.
  ///
  /// - Returns: the text of a question for help.
  /// - Throws: `ScriptError`; the state of the script stays usable.
  public func enter(_ input: String) throws -> String? {
    let text = input.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty else { return nil }
    if text.hasPrefix("?") {
      let name = text.dropFirst().trimmingCharacters(in: .whitespaces)
      return name.isEmpty ? Reference.list(script.lab.docs) : try Reference.entry(name, script.lab.docs)
    }
    do {
      let values = try script.host.evaluate(Self.global(text))
      let isNothing = values.allSatisfy(\.isNil)
      if !isNothing, let show = try script.host.global("print").reference { _ = try show.call(arguments: values) }
    } catch {
      script.host.flushOutput()
      throw ScriptError(
        failure: error as? Failure ?? Failure(.script, "\(error)"), traceback: script.host.lastTraceback)
    }
    script.host.flushOutput()
    return nil
  }

  /// Each input is a chunk of its own, in which a local name would be lost at once.
  private static func global(_ input: String) -> String {
    let rest = input.drop { $0 == " " || $0 == "\t" }
    guard rest.hasPrefix("local ") else { return input }
    let name = rest.dropFirst(6).drop { $0 == " " }
    // Without a value a local declaration is not a statement once the word is gone.
    guard name.contains("=") || name.hasPrefix("function ") else {
      return name.trimmingCharacters(in: .whitespaces) + " = nil"
    }
    return String(name)
  }
}
